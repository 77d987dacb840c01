"""Painted bleeds: where they lie, how dense and how large they are."""

import numpy as np
import pytest

from hemo.bleeds import KINDS, Head, paint
from hemo.bleeds.head import depth_mm
from hemo.errors import DataError

MM = 0.5
SEEDS = range(12)


def ellipse(half_width, half_length, centre=(0.0, 0.0)):
    """A filled ellipse on the 400 × 400 plane of the tests, in mm, anterior up."""
    y, x = np.indices((400, 400), dtype=np.float32)
    x, y = (x - 199.5) * MM - centre[0], (y - 199.5) * MM - centre[1]
    return (x / half_width) ** 2 + (y / half_length) ** 2 < 1


@pytest.fixture(scope="module")
def head():
    """A skull around brain of 30 HU with two ventricles, sulci like combs, and noise of 2 HU."""
    hu = np.where(ellipse(76, 92), 1000, -1000).astype(np.float32)
    inside = ellipse(68, 84)
    hu[inside] = 30
    y, x = np.indices(hu.shape)
    hu[inside & ~ellipse(56, 72) & ((y % 20 < 5) | (x % 24 < 5))] = 10
    hu[ellipse(5, 24, (-10, 0)) | ellipse(5, 24, (10, 0))] = 8
    noise = np.random.default_rng(0).normal(0, 2, hu.shape)
    return Head((hu + noise).astype(np.float32), inside, MM)


def thickness(mask, inside):
    """The greatest depth in mm under the skull that a mask reaches."""
    return float(depth_mm(inside, MM)[mask].max())


@pytest.mark.parametrize("kind", KINDS)
def test_a_bleed_lies_inside_the_skull_and_is_nowhere_empty(head, kind):
    """Blood is found, and none of it outside the inner table."""
    for seed in SEEDS:
        hu, mask = paint(head, kind, np.random.default_rng(seed))

        assert mask.any()
        assert not mask[~head.inside].any()
        assert hu.dtype == np.float32
        assert hu.shape == mask.shape == (400, 400)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("intraparenchymal", 42, 80),
        ("epidural", 48, 82),
        ("subarachnoid", 35, 75),
        ("intraventricular", 40, 80),
    ],
)
def test_blood_is_as_dense_as_blood(head, kind, low, high):
    """The mean density inside the mask is that of clotted blood."""
    for seed in SEEDS:
        hu, mask = paint(head, kind, np.random.default_rng(seed))

        assert low < hu[mask].mean() < high


def test_subdurals_are_fresh_isodense_or_layered(head):
    """Most are as dense as fresh blood, some are not, and none is denser than 82 HU."""
    means = []
    for seed in range(40):
        hu, mask = paint(head, "subdural", np.random.default_rng(seed))
        means.append(hu[mask].mean())

    assert np.mean([m > 48 for m in means]) > 0.5
    assert any(m < 45 for m in means)
    assert max(means) < 82


@pytest.mark.parametrize(
    ("age", "low", "high"),
    [("acute", 48, 75), ("isodense", 33, 47), ("mixed", 52, 75), ("old", 20, 32)],
)
def test_a_subdural_is_as_dense_as_its_age(head, age, low, high):
    """The mean density inside the mask, of a crescent that holds whole pixels of blood."""
    hu, mask = paint(head, "subdural", np.random.default_rng(3), size_mm=10, age=age)

    assert low < hu[mask].mean() < high


def test_layered_blood_is_denser_below(head):
    """The patient lies supine: what has settled is towards the back, which is down."""
    hu, mask = paint(head, "subdural", np.random.default_rng(3), size_mm=10, age="layered")
    rows = np.nonzero(mask)[0]
    upper, lower = rows < np.percentile(rows, 25), rows > np.percentile(rows, 75)

    assert hu[mask][lower].mean() > hu[mask][upper].mean() + 15


@pytest.mark.parametrize(("kind", "age"), [("subdural", "green"), ("epidural", "acute")])
def test_an_age_is_a_subdurals_own(head, kind, age):
    """Another age, or the age of another kind, is a mistake of the caller."""
    with pytest.raises(ValueError, match="age is one of acute"):
        paint(head, kind, np.random.default_rng(0), age=age)


def test_the_same_generator_paints_the_same_pixels(head):
    """Painting is a function of the head and the generator."""
    for kind in KINDS:
        first = paint(head, kind, np.random.default_rng(3))
        again = paint(head, kind, np.random.default_rng(3))
        other = paint(head, kind, np.random.default_rng(4))

        np.testing.assert_array_equal(first[0], again[0])
        np.testing.assert_array_equal(first[1], again[1])
        assert (first[0] != other[0]).any()


def test_the_input_is_not_changed(head):
    """The head's own arrays stay as they were."""
    hu, inside = head.hu.copy(), head.inside.copy()
    for kind in KINDS:
        paint(head, kind, np.random.default_rng(0))

    np.testing.assert_array_equal(head.hu, hu)
    np.testing.assert_array_equal(head.inside, inside)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("side", "columns"), [("left", slice(200, 400)), ("right", slice(0, 200))])
def test_the_patients_left_is_on_the_right_of_the_picture(head, kind, side, columns):
    """Nearly all blood is in the half of the picture that shows the side asked for."""
    for seed in range(6):
        _, mask = paint(head, kind, np.random.default_rng(seed), side=side)

        assert mask[:, columns].sum() > 0.9 * mask.sum()


def test_a_subdural_is_as_thick_as_asked_and_hugs_the_skull(head):
    """A crescent of 10 mm reaches 10 mm deep, and is far longer than thick."""
    for seed in SEEDS:
        _, mask = paint(head, "subdural", np.random.default_rng(seed), size_mm=10)

        assert thickness(mask, head.inside) == pytest.approx(10, abs=1.5)
        assert np.ptp(np.nonzero(mask)[0]) * MM > 45
        assert (depth_mm(head.inside, MM)[mask] < 1.5).sum() > 50


def test_a_subdural_does_not_cross_the_midline(head):
    """The falx stops it: it lies on one side only."""
    for seed in SEEDS:
        _, mask = paint(head, "subdural", np.random.default_rng(seed))
        left = mask[:, 200:].sum() / mask.sum()

        assert left < 0.05 or left > 0.95


def test_an_epidural_is_as_thick_as_asked_and_shorter_than_a_subdural(head):
    """A lens of 20 mm reaches 20 mm deep, and its chord is shorter than a crescent's."""
    for seed in SEEDS:
        _, mask = paint(head, "epidural", np.random.default_rng(seed), size_mm=20)

        assert thickness(mask, head.inside) == pytest.approx(20, abs=3)
        assert np.hypot(*(np.ptp(n) * MM for n in np.nonzero(mask))) < 100


@pytest.mark.parametrize("size", [8.0, 20.0, 40.0])
def test_a_hematoma_has_the_area_of_a_circle_of_the_diameter_asked_for(head, size):
    """An intraparenchymal of diameter d covers π d²/4, to a fifth of its diameter."""
    for seed in SEEDS:
        _, mask = paint(head, "intraparenchymal", np.random.default_rng(seed), size_mm=size)
        diameter = np.sqrt(mask.sum() * MM**2 * 4 / np.pi)

        assert diameter == pytest.approx(size, rel=0.2)


def test_edema_around_a_hematoma_is_darker_than_brain_and_not_in_the_mask(head):
    """Some of what is just outside the mask is darker than the brain was; the mask is bright."""
    darker = 0
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        hu, mask = paint(head, "intraparenchymal", rng, size_mm=25)
        ring = (depth_mm(~mask, MM) < 5) & (depth_mm(~mask, MM) > 2) & (head.hu > 26) & head.inside
        darker += (hu - head.hu)[ring].mean() < -1

        assert np.percentile(hu[mask], 5) > 30
    assert darker > len(SEEDS) / 2


def test_intraventricular_blood_is_in_the_ventricles(head):
    """Nearly all of it lies where the CSF of the ventricles was."""
    ventricles = ellipse(6.5, 26, (-10, 0)) | ellipse(6.5, 26, (10, 0))
    for seed in SEEDS:
        _, mask = paint(head, "intraventricular", np.random.default_rng(seed))

        assert ventricles[mask].mean() > 0.97


def test_subarachnoid_blood_is_near_the_cortex(head):
    """It fills sulci, 3 mm around the dark comb of the test head, and not the ventricles."""
    for seed in SEEDS:
        _, mask = paint(head, "subarachnoid", np.random.default_rng(seed))

        assert (depth_mm(head.inside, MM)[mask] < 24).mean() > 0.95


def test_bone_and_air_are_left_alone(head):
    """Beyond 2 mm outside the inner table no pixel changes."""
    far = depth_mm(~head.inside, MM) > 2
    for kind in KINDS:
        hu, _ = paint(head, kind, np.random.default_rng(1))

        np.testing.assert_array_equal(hu[far], head.hu[far])


def test_the_slices_own_noise_is_kept(head):
    """Inside an even clot the grain is that of the slice: about its standard deviation of 2 HU."""
    hu, mask = paint(head, "intraparenchymal", np.random.default_rng(2), size_mm=40)
    middle = depth_mm(mask, MM) > 4
    fine = np.diff(hu, axis=1)[middle[:, 1:] & middle[:, :-1]]

    assert 1.2 < fine.std() / np.sqrt(2) < 2.8


def test_an_unknown_kind_is_refused(head):
    """A kind that is none of the five raises and names the five."""
    with pytest.raises(ValueError, match="subdural"):
        paint(head, "bruise", np.random.default_rng(0))


@pytest.mark.parametrize("size", [0.0, -3.0])
def test_a_size_must_be_greater_than_0(head, size):
    """A bleed of no size is no bleed."""
    with pytest.raises(ValueError, match="greater than 0"):
        paint(head, "subdural", np.random.default_rng(0), size_mm=size)


@pytest.mark.parametrize("kind", KINDS)
def test_a_head_without_brain_has_no_room(kind):
    """On a slice with hardly anything inside the skull every kind says so."""
    inside = ellipse(4, 4)
    head = Head(np.zeros((400, 400), np.float32), inside, MM)

    with pytest.raises(DataError, match="brain"):
        paint(head, kind, np.random.default_rng(0))


def test_a_head_without_csf_has_no_ventricle_to_fill():
    """Even brain all over: no ventricle is seen."""
    head = Head(np.full((400, 400), 30, np.float32), ellipse(68, 84), MM)

    with pytest.raises(DataError, match="ventricle"):
        paint(head, "intraventricular", np.random.default_rng(0))


@pytest.mark.parametrize("kind", ["subdural", "epidural", "intraparenchymal"])
def test_a_bleed_larger_than_the_head_has_no_room(head, kind):
    """20 cm do not fit."""
    with pytest.raises(DataError, match=r"room|small"):
        paint(head, kind, np.random.default_rng(0), size_mm=200)


@pytest.mark.parametrize("tilt", [-25, 0, 25])
def test_the_midline_is_found_in_a_head_that_lies_askew(head, tilt):
    """A head turned by 25° has its left side turned with it."""
    import cv2

    turn = cv2.getRotationMatrix2D((199.5, 199.5), -tilt, 1)
    hu = cv2.warpAffine(head.hu, turn, (400, 400), borderValue=-1000)
    inside = cv2.warpAffine(head.inside.astype(np.uint8), turn, (400, 400)) > 0
    frame = Head(hu, inside, MM).frame

    assert np.rad2deg(frame.tilt) == pytest.approx(tilt, abs=4)
