"""What makes an epoch: balanced, repeatable, and with the truth that belongs to each picture."""

from pathlib import Path

import numpy as np
import pytest

from hemo.preprocessing import Preprocessing
from hemo.training.dataset import Sample, Square
from hemo.training.draw import (
    Draw,
    Epoch,
    canvases,
    draw_epoch,
    shrunk,
    sizes_of,
    spread,
    squared,
    thinned,
)
from hemo.training.phantoms import phantom_samples
from hemo.training.recipes import HEMO, NOTEBOOK


@pytest.fixture(scope="module")
def samples():
    """90 negatives and 10 positives of one source, 5 and 15 of another."""
    counts = {("phe", 0): 90, ("phe", 1): 10, ("kaggle200", 0): 5, ("kaggle200", 1): 15}
    return [
        Sample(Path(f"{source}{label}{i}"), source, label, f"{i}")
        for (source, label), count in counts.items()
        for i in range(count)
    ]


LAST = HEMO.epochs - 1  # everything is shown in it


def test_an_epoch_is_half_positive_in_every_source(samples):
    """Painted or found: neither source nor number gives the label away."""
    draws = draw_epoch(samples, HEMO, seed=0, epoch=LAST)

    assert len(draws) == HEMO.epoch_samples
    for source in ("phe", "kaggle200"):
        mine = [d for d in draws if d.sample.source == source]
        positive = sum(d.paint or d.sample.label for d in mine) / len(mine)
        assert positive == pytest.approx(0.5, abs=0.08)
    painted = [d for d in draws if d.paint]
    assert len(painted) / len(draws) == pytest.approx(HEMO.painted / 2, abs=0.04)
    assert all(d.sample.label == 0 for d in painted)


def test_no_real_bleed_and_nothing_held_back_is_shown_before_its_stage(samples):
    """What the snapshot is tested on: neither PHE's bleeds nor anything of the 200."""
    draws = draw_epoch(samples, HEMO, seed=0, epoch=0)

    assert {d.sample.source for d in draws} == {"phe"}
    assert not any(d.sample.label for d in draws)
    assert sum(d.paint for d in draws) == len(draws) / 2


def test_half_of_what_is_painted_comes_beside_the_same_slice_without_it(samples):
    """And in the same batch: a positive and the negative after it stay together."""
    draws = draw_epoch(samples, HEMO, seed=0, epoch=0)

    pairs = list(zip(draws[::2], draws[1::2], strict=True))
    painted = [(first, second) for first, second in pairs if first.paint]
    same = [first.sample is second.sample for first, second in painted]
    assert all(first.paint or first.sample.label for first, _ in pairs)
    assert not any(second.paint or second.sample.label for _, second in pairs)
    assert np.mean(same) == pytest.approx(HEMO.paired, abs=0.1)
    assert all(first.seed != second.seed for first, second in pairs)


def test_nothing_is_painted_where_there_is_no_room(samples):
    """Of PHE's negatives only the last has a closed skull: all that is painted is painted there."""
    negatives = [s for s in samples if s.source == "phe" and not s.label]

    draws = draw_epoch(samples, HEMO, seed=0, epoch=0, unfit=frozenset(negatives[:-1]))

    assert {d.sample for d in draws if d.paint} == {negatives[-1]}
    assert len({d.sample for d in draws if not d.paint}) > 50


def test_every_second_slice_without_room_is_left_out(samples):
    """Of three that no bleed fits into, the second stays."""
    first, second, third, *rest = samples

    assert thinned(samples, frozenset([first, second, third])) == [second, *rest]


def test_a_source_is_spread_over_so_many_of_either_label(samples):
    """Of 90 and 10 at most 5 each, evenly; of 5 and 15 all 5, and every third."""
    found = spread(samples, 5)

    assert [s.group for s in found if s.source == "phe" and s.label] == ["0", "2", "4", "6", "8"]
    assert sum(s.source == "phe" and not s.label for s in found) == 5
    assert sum(s.source == "kaggle200" for s in found) == 10


def test_a_batch_has_one_size_and_every_size_comes():
    """The recipe's sizes take turns by chance, the same after a resume."""
    sizes = sizes_of(3, 1000, HEMO, 256, seed=0)

    assert all(len(set(sizes[i : i + HEMO.batch])) == 1 for i in range(0, 1000, HEMO.batch))
    assert set(sizes) == set(HEMO.sizes)
    assert sizes_of(3, 1000, HEMO, 256, seed=0) == sizes
    assert sizes_of(0, 3, NOTEBOOK, 224, seed=0) == [224, 224, 224]


def test_a_large_square_is_brought_down_with_its_masks():
    """Twice the working size: every 2 x 2 pixels become one."""
    grey = np.zeros((8, 8), np.float32)
    grey[:2, :2] = 1
    square = Square(grey, grey > 0, grey < 2)

    small = shrunk(square, 4)

    np.testing.assert_array_equal(small.blood, small.grey == 1)
    assert small.grey.sum() == 1
    assert small.known.all()
    assert shrunk(square, 8) is square


def test_the_same_epoch_is_drawn_again(samples):
    """A resumed run sees what it would have seen; the next epoch is another."""
    first = draw_epoch(samples, HEMO, seed=0, epoch=3)

    assert draw_epoch(samples, HEMO, seed=0, epoch=3) == first
    assert draw_epoch(samples, HEMO, seed=0, epoch=4) != first


def test_the_notebooks_epoch_is_every_sample_once(samples):
    """Shuffled, nothing painted."""
    draws = draw_epoch(samples, NOTEBOOK, seed=0, epoch=0)

    assert {d.sample.path for d in draws} == {s.path for s in samples}
    assert len(draws) == len(samples)
    assert not any(d.paint for d in draws)


def test_a_painted_phantom_is_positive_and_its_cells_know_where():
    """A bleed painted into a head without one: label 1, blood on the map, the same every time."""
    negative = phantom_samples(1, split="train", first_seed=5)[0]
    spec = Preprocessing(size=64)

    epoch = Epoch([Draw(negative, paint=True, seed=(0, 0, 1))], spec, HEMO)
    item, again = epoch[0], epoch[0]

    assert item["label"] == 1
    assert item["blood"].sum() > 0
    assert item["known"].min() == 1
    np.testing.assert_array_equal(item["image"], again["image"])


def test_a_canvas_that_is_kept_changes_nothing():
    """Read and searched once or every time: the same picture, painted on or not."""
    samples, spec = phantom_samples(2, split="train", first_seed=5), Preprocessing(size=64)
    draws = [Draw(s, paint=not s.label, seed=(0, 0, n)) for n, s in enumerate(samples)]

    fresh = Epoch(draws, spec, HEMO)
    kept = Epoch(draws, spec, HEMO, kept=canvases(samples, spec))

    for one, other in zip((fresh[n] for n in (0, 1)), (kept[n] for n in (0, 1)), strict=True):
        np.testing.assert_array_equal(one["image"], other["image"])
        np.testing.assert_array_equal(one["blood"], other["blood"])


def test_a_phantoms_mask_follows_it_onto_the_square():
    """The bleed is bright where the square's mask says it is."""
    sample = phantom_samples(2, split="train", first_seed=5)[1]

    square = squared(sample, Preprocessing())

    assert sample.label == 1
    assert square.blood.any()
    assert square.grey[square.blood].mean() > square.grey[~square.blood & (square.grey < 1)].mean()
