"""Finding heads on windowed slices and painting into them."""

import csv
from collections import Counter

import cv2
import numpy as np
import pytest

from hemo.bleeds import AGES, KINDS, find_head
from hemo.phantom import draw
from hemo.training.synthesis import (
    age_by_chance,
    kinds_by_chance,
    paint_bleed,
    paint_innocent,
)
from hemo.windowing import BRAIN


@pytest.fixture(scope="module")
def phantom():
    """A head without a bleed, 240 mm in 400 pixels."""
    return draw(None, seed=3, shape=(400, 400))


@pytest.fixture(scope="module")
def grey(phantom):
    """That head in the brain window, cropped to it, read-only."""
    rows, columns = np.nonzero(phantom.slice.pixels > 300)
    cropped = phantom.slice.pixels[
        rows.min() - 6 : rows.max() + 7, columns.min() - 6 : columns.max() + 7
    ]
    result = BRAIN.apply(cropped)
    result.setflags(write=False)
    return result


def test_the_inside_of_the_skull_is_found(phantom):
    """What is found is what was drawn, but for the outermost pixels."""
    head = find_head(BRAIN.apply(phantom.slice.pixels))
    both = (head.inside & phantom.inside).sum()

    assert both / phantom.inside.sum() > 0.9
    assert both / head.inside.sum() > 0.99


def test_the_pixel_size_is_estimated_from_the_head(grey):
    """The phantom's pixels measure 0.6 mm; heads differ by a tenth or so."""
    assert find_head(grey).mm == pytest.approx(0.6, rel=0.15)


def test_hu_are_what_the_window_kept(grey):
    """HU are the grey put back through the window, 0 to 80."""
    head = find_head(grey)

    np.testing.assert_allclose(head.hu, grey * 80, atol=1e-4)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((200, 200), np.float32),
        np.ones((200, 200), np.float32),
        np.full((200, 200), 0.4, np.float32),
        np.random.default_rng(0).random((200, 200), np.float32),
    ],
    ids=["air", "bone", "no skull", "noise"],
)
def test_no_head_is_found_where_there_is_none(picture):
    """Nothing enclosed by bone, nothing painted, nothing changed."""
    rng = np.random.default_rng(0)

    assert find_head(picture) is None
    assert paint_bleed(picture, rng) is None
    np.testing.assert_array_equal(paint_innocent(picture, rng), picture)


def test_shares_say_how_often_a_kind_is_painted():
    """Seven in ten are subdural; the others follow where there is no room for it."""
    rng = np.random.default_rng(0)
    drawn = [kinds_by_chance(rng, (0.1, 0.7, 0.1, 0.05, 0.05)) for _ in range(300)]

    assert sum(kinds[0] == "subdural" for kinds in drawn) == pytest.approx(210, abs=30)
    assert all(sorted(kinds) == sorted(KINDS) for kinds in drawn)


def test_ages_are_even_as_often_as_asked():
    """Of 500 subdurals half are left as they are in patients; the other half are 50 of each age."""
    rng = np.random.default_rng(0)
    ages = Counter(age_by_chance("subdural", rng, 0.5) for _ in range(500))

    assert ages.pop(None) == pytest.approx(250, abs=40)
    assert ages.keys() == AGES.keys()
    assert all(count == pytest.approx(50, abs=25) for count in ages.values())
    assert age_by_chance("epidural", rng, 1.0) is None


def test_an_open_skull_is_no_head(grey):
    """A slice cut through the middle of the head is not enclosed."""
    assert find_head(grey[: grey.shape[0] // 2]) is None


def test_a_skull_filled_with_air_is_no_head(grey):
    """A ring of bone without brain in it is refused."""
    ring = np.where(grey > 0.99, grey, 0).astype(np.float32)

    assert find_head(ring) is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_painted_into_a_windowed_slice(grey, kind):
    """Grey stays in [0, 1], blood is brighter than it was, and the mask is inside the skull."""
    new, mask = paint_bleed(grey, np.random.default_rng(7), kind)

    assert new.dtype == np.float32
    assert 0 <= new.min() <= new.max() <= 1
    assert mask.any()
    assert not mask[~find_head(grey).inside].any()
    if kind != "subdural":  # which may be as old as to be dark
        assert (new - grey)[mask].mean() > 0.1


def test_painting_is_decided_by_the_generator(grey):
    """The same generator paints the same bleed, another one another."""
    first, again, other = (paint_bleed(grey, np.random.default_rng(n))[0] for n in (5, 5, 6))

    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("width", [150, 240, 512])
def test_small_and_large_pictures_are_painted(grey, width):
    """Slices come in all sizes from 150 to 512 pixels."""
    resized = cv2.resize(grey, (width, width * grey.shape[0] // grey.shape[1]))

    new, mask = paint_bleed(resized, np.random.default_rng(0))

    assert new.shape == mask.shape == resized.shape


def test_an_unknown_kind_is_refused(grey):
    """A kind that is none of the five raises."""
    with pytest.raises(ValueError, match="kind"):
        paint_bleed(grey, np.random.default_rng(0), "bruise")


def test_most_real_slices_above_the_skull_base_can_be_painted(shared_data):
    """Of real slices without blood, from the ventricles up, nearly all get a bleed."""
    folder = shared_data / "phe"
    with (folder / "slices.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["hemorrhage"] == "0"]
    rows = [r for r in rows if int(r["slices_to_nearest_positive"] or 0) >= 2]
    rows = [r for r in rows if 17 <= int(r["slice"]) <= 20][:24]
    painted = 0
    for n, row in enumerate(rows):
        grey = cv2.imread(str(folder / "slices" / row["file"]), cv2.IMREAD_GRAYSCALE)
        result = paint_bleed(grey.astype(np.float32) / 255, np.random.default_rng(n))
        painted += result is not None

    assert painted > 0.8 * len(rows)
