"""Augmentation: the mask moves with the picture, and grey stays grey."""

import numpy as np
import pytest

from hemo.training.augmentation import (
    augment,
    degrade,
    elastic,
    notebook_augment,
    random_affine,
    rewindow,
    warp,
)
from hemo.training.dataset import Square


def square_with_blood(side=120):
    """A grey head with a white blob in its upper left, which is the blood."""
    y, x = np.ogrid[:side, :side]
    grey = np.where((y - side / 2) ** 2 + (x - side / 2) ** 2 < (0.45 * side) ** 2, 0.4, 0.0)
    blood = (y - 40) ** 2 + (x - 45) ** 2 < 100
    grey[blood] = 0.85
    return Square(grey.astype(np.float32), blood, np.ones_like(blood))


@pytest.mark.parametrize("change", [augment, notebook_augment])
@pytest.mark.parametrize("seed", range(8))
def test_the_mask_stays_on_the_blood(change, seed):
    """Whatever happens, what the mask marks is what is bright."""
    changed = change(square_with_blood(), np.random.default_rng(seed))

    inside = changed.grey[changed.blood].mean()
    brain = changed.grey[~changed.blood & (changed.grey > 0.1)]
    assert changed.blood.any()
    assert inside > np.median(brain) + 0.1


@pytest.mark.parametrize("seed", range(8))
def test_grey_stays_in_its_range(seed):
    """Noise, JPEG and windows never leave [0, 1]."""
    square = square_with_blood()
    changed = augment(square, np.random.default_rng(seed)).grey

    assert changed.dtype == np.float32
    assert changed.shape == square.grey.shape
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_the_sample_is_not_changed():
    """A sample drawn twice must start from the same pixels."""
    square = square_with_blood()
    before = square.grey.copy()

    augment(square, np.random.default_rng(0))

    np.testing.assert_array_equal(square.grey, before)


def test_a_mirror_by_hand():
    """x' = 119 - x moves the blob from the left to the right."""
    square = square_with_blood()

    moved = warp(square, np.array([[-1.0, 0, 119], [0, 1.0, 0]]))

    np.testing.assert_array_equal(moved.blood, square.blood[:, ::-1])
    np.testing.assert_allclose(moved.grey, square.grey[:, ::-1], atol=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_bone_stays_white_and_air_black_in_any_window(seed):
    """What the first window clipped cannot come back."""
    grey = np.array([[0.0, 0.4, 0.6, 1.0]], np.float32)

    shown = rewindow(grey, np.random.default_rng(seed))

    assert shown[0, 3] == 1
    assert shown[0, 0] <= 0.02
    assert shown[0, 1] < shown[0, 2]


def test_air_stays_free_of_noise():
    """A square of air comes through every degradation black, but for JPEG's rounding."""
    for seed in range(10):
        degraded = degrade(np.zeros((100, 100), np.float32), np.random.default_rng(seed))
        assert degraded.max() < 0.02


@pytest.mark.parametrize("seed", range(6))
def test_bending_keeps_the_mask_on_the_blood(seed):
    """Mask and grey are bent alike, and little: the blob's area stays within a third."""
    square = square_with_blood()

    bent = elastic(square, np.random.default_rng(seed))

    assert bent.grey[bent.blood].mean() > 0.75
    assert bent.blood.sum() == pytest.approx(square.blood.sum(), rel=1 / 3)


@pytest.mark.parametrize("seed", range(10))
def test_the_head_stays_in_the_picture(seed):
    """The middle moves by no more than 4 % of the side, stretched or not."""
    matrix = random_affine(101, np.random.default_rng(seed))

    assert np.abs(matrix @ [50, 50, 1] - 50).max() <= 4.05
    assert 0.7 < abs(np.linalg.det(matrix[:, :2])) < 1.11
