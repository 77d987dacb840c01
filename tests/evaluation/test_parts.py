"""The parts of an evaluation: alterations, painted heads, failures, a source left out."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hemo import phantom
from hemo.bleeds import AGES
from hemo.errors import DataError
from hemo.evaluation import painted, robustness
from hemo.evaluation.failures import area_share, contrast_hu, level, place_of, worst
from hemo.evaluation.left_out import samples_of, trained_on
from hemo.evaluation.readings import Answer, Job, Progress, Readings, Result, table
from hemo.evaluation.sources import band_shares, chosen_thresholds
from hemo.slice import Slice
from hemo.training.dataset import Sample
from hemo.weights import Card
from hemo.windowing import Window, to_display


def sample(name="a.png", label=0, group="g", source="phe", split="test"):
    """A sample that nobody reads from disk."""
    return Sample(Path(name), source, label, group, split=split)


def results(probabilities, labels, **more):
    """As many samples with their answers, each a group of its own."""
    return [
        Result(sample(f"{i}.png", label, group=str(i), **more), Answer(probability))
        for i, (probability, label) in enumerate(zip(probabilities, labels, strict=True))
    ]


# What is altered, by how much


def test_another_window_by_hand():
    """Grey 0.5 of 40/80 is 40 HU: 40/160 shows it at 0.5, 20/80 at 0.75; bone and air stay."""
    grey = np.array([[0.0, 0.25, 0.5, 1.0]], np.float32)

    np.testing.assert_allclose(
        robustness.rewindowed(grey, Window(40, 160)), [[0, 0.375, 0.5, 1]], atol=1e-6
    )
    np.testing.assert_allclose(
        robustness.rewindowed(grey, Window(20, 80)), [[0, 0.5, 0.75, 1]], atol=1e-6
    )


def test_noise_is_of_so_many_hu_and_repeats():
    """8 HU are a tenth of the window; black stays black."""
    grey = np.full((200, 200), 0.5, np.float32)
    grey[:, :50] = 0

    found = robustness.noisy(grey, 8)

    assert found[:, 50:].std() == pytest.approx(0.1, rel=0.03)
    assert not found[:, :50].any()
    np.testing.assert_array_equal(found, robustness.noisy(grey, 8))


def test_rotation_is_clockwise_and_cuts_nothing_off():
    """A quarter turn takes the top row's middle to the right."""
    grey = np.zeros((21, 21), np.float32)
    grey[0, 10] = 1

    found = robustness.rotated(grey, 90)

    row, column = np.unravel_index(found.argmax(), found.shape)
    assert abs(row - found.shape[0] / 2) <= 1
    assert column > found.shape[1] / 2
    assert robustness.rotated(np.ones((10, 30), np.float32), 45).sum() == pytest.approx(
        300, rel=0.1
    )


def test_shrinking_never_enlarges():
    """400 × 200 to 100 on the longer side; 50 × 40 stays."""
    assert robustness.shrunk(np.zeros((400, 200), np.float32), 100).shape == (100, 50)
    assert robustness.shrunk(np.zeros((50, 40), np.float32), 100).shape == (50, 40)


def test_jpeg_loses_more_the_lower_its_quality():
    """Noise suffers."""
    grey = np.random.default_rng(0).random((64, 64)).astype(np.float32)

    lost = [np.abs(robustness.compressed(grey, q) - grey).mean() for q in (10, 70, 100)]

    assert lost[0] > lost[1] > lost[2]
    assert lost[2] < 0.01


def test_no_change_is_among_the_levels_of_every_alteration():
    """And it changes nothing."""
    grey = (np.random.default_rng(0).integers(1, 250, (64, 64)) / 255).astype(np.float32)

    for name, alteration in robustness.ALTERATIONS.items():
        assert alteration.unaltered in alteration.levels
        if name not in ("rotation", "jpeg"):  # a larger canvas; JPEG at 100 rounds
            same = alteration.apply(grey, alteration.unaltered)
            np.testing.assert_allclose(same, grey, atol=1e-6)


def test_as_many_of_either_label_from_every_source():
    """Of 5 hemorrhages and 20 others that were read, 3 and 3; refused ones are not altered."""
    pool = results([0.5] * 25, [1] * 5 + [0] * 20) + results([None] * 9, [1] * 9)

    chosen = robustness.choose(pool, 6)

    assert sorted(r.sample.label for r in chosen) == [0, 0, 0, 1, 1, 1]
    assert all(r.answer.probability is not None for r in chosen)


# What is painted


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    """Two heads without a bleed as pictures, and their answers."""
    folder, found = tmp_path_factory.mktemp("heads"), []
    for seed in (1, 2):
        grey = to_display(phantom.draw(None, seed=seed).slice)
        path = folder / f"{seed}.png"
        Image.fromarray((grey * 255).astype(np.uint8)).save(path)
        found.append(Result(Sample(path, "phe", 0, f"head {seed}", "test"), Answer(0.1)))
    return found


def test_every_kind_is_painted_once_a_size_and_subdurals_at_every_age():
    """The subdural's ranges: under 4, 4 to 8, from 8 mm; and from 4 mm on every age apart."""
    found = painted.sorts()
    subdural = [sort for sort in found if sort.kind == "subdural"]

    assert [s.sizes for s in subdural if not s.age] == [(2, 4), (4, 8), (8, 15)]
    assert [(s.sizes, s.age) for s in subdural if s.age] == [((4, 15), age) for age in AGES]
    assert painted.Sort("intraparenchymal", (10, 40)) in found
    assert painted.Sort("subarachnoid") in found
    assert painted.planned(10) == 10 * (len(found) + 2)


def test_painted_bleeds_are_found_by_size(heads, quick_reader):
    """Cells brighter than brain are the whole model: thick fresh blood is found, brain is not."""
    readings = Readings(quick_reader, Progress(100, lambda _: None))
    train = [r.sample for r in heads]
    train = [train[0], Sample(train[1].path, "phe", 1, "other")]

    found = painted.painted(readings, heads, 2, train)

    assert (found["heads"], found["slices"], found["negatives"]) == (2, 2, 4)
    assert found["specificity"]["value"] == 1  # of four, the highest is under the threshold too
    subdural = found["kinds"]["subdural"]
    assert [size["low_mm"] for size in subdural["sizes"]] == [2, 4, 8]
    assert subdural["sensitivity"]["n"] == sum(s["sensitivity"]["n"] for s in subdural["sizes"])
    assert [a["age"] for a in subdural["ages"]] == list(AGES)
    assert all(a["low_mm"] == 4 and 0 < a["sensitivity"]["n"] <= 2 for a in subdural["ages"])
    deep = found["kinds"]["intraparenchymal"]["sizes"]
    assert deep[1]["sensitivity"]["value"] > deep[0]["sensitivity"]["value"]


def test_nothing_to_paint_on(quick_reader):
    """Hemorrhages, doubtful slices and refused ones are not painted on."""
    readings = Readings(quick_reader, Progress(1, lambda _: None))
    tests = results([0.9], [1]) + results([None], [0])

    assert painted.painted(readings, tests, 5, []) is None


# What went wrong


def test_the_worst_of_each_kind_first():
    """Wrong by how much, of either kind so many; right and refused ones are no failures."""
    pool = results([0.9, 0.1, 0.4, 0.7, 0.95, None], [1, 1, 1, 0, 0, 1])

    found = worst(pool, 0.5, most=1)

    assert [(w.kind, w.probability) for w in found] == [("false alarm", 0.95), ("missed", 0.1)]


def test_level_is_a_third_of_the_patients_series():
    """Slice 4 of 6 lies in the middle third."""
    series = [sample(f"p_{i}.webp") for i in range(6)] + [sample("q_0.webp", group="other")]

    assert level(series[3], series) == "middle third of the series"
    assert level(sample(source="kaggle200"), series) == "level not known"


def test_contrast_and_area_by_hand():
    """Blood at grey 0.75 in brain at 0.5 is 20 HU brighter; 100 pixels of 10,000."""
    grey = np.full((100, 100), 0.5, np.float32)
    target = np.zeros(grey.shape, bool)
    target[40:50, 40:50] = True
    grey[target] = 0.75

    assert contrast_hu(target, grey) == pytest.approx(20, abs=0.01)
    assert area_share(target, np.zeros_like(grey)) == pytest.approx(0.01)


def test_a_place_is_told_by_brightness_and_bone():
    """60 HU (grey 0.75) in the middle; bone three pixels from the edge place."""
    grey = np.full((100, 100), 0.75, np.float32)
    grey[:, :10] = 1

    assert place_of(grey, 50, 50) == "where tissue reaches 60 HU, away from bone"
    assert place_of(grey, 50, 12) == "where tissue reaches 60 HU, beside bone"


# A source left out


def test_all_of_the_200_and_the_others_test_groups():
    """Held back whole, the 200's groups in the account are what others split by."""
    pool = [
        sample("a", source="kaggle200", split="train", group="1"),
        sample("b", split="train", group="2"),
        sample("c", split="test", group="3"),
    ]
    account = {"groups": {"kaggle200": ["1"], "phe": ["2"]}}

    chosen = samples_of(pool, Card("x", training={**account, "held_back": ["kaggle200"]}))

    assert [s.path.name for s in chosen] == ["a", "c"]
    with pytest.raises(DataError, match="know nothing of the 200"):
        samples_of(pool, Card("x", training=account))


def test_what_it_was_trained_on_in_words():
    """From the account that the trainer writes."""
    account = {"groups": {"kaggle200": ["1"], "phe": ["2"]}, "held_back": ["kaggle200"]}

    assert trained_on({**account, "real_bleeds": False}) == (
        "painted hemorrhages only, on phantoms and on slices without hemorrhage of PHE; no real one"
    )
    assert "real hemorrhages" in trained_on(account)


# What is read, once


def test_the_same_pixels_are_read_once(quick_reader, tmp_path):
    """Across readings of one file: the second knows what the first read."""
    slice_ = phantom.draw("intraparenchymal", seed=5, shape=(128, 128)).slice
    jobs = [Job(slice_), Job(Slice(slice_.pixels, "HU", modality="CT"))]

    first = Readings(quick_reader, Progress(2, lambda _: None), tmp_path).read(jobs, "x")
    read = quick_reader._engine.read
    second = Readings(quick_reader, Progress(2, lambda _: None), tmp_path).read(jobs, "x")

    assert read == 1
    assert quick_reader._engine.read == 1
    assert first == second


def test_a_line_that_a_kill_cut_off_is_read_again(quick_reader, tmp_path):
    """The rest of the file is believed, and what follows is not glued to the stump."""
    slices = [phantom.draw(None, seed=s, shape=(128, 128)).slice for s in (1, 2)]
    jobs = [Job(s) for s in slices]
    whole = Readings(quick_reader, Progress(2, lambda _: None), tmp_path).read(jobs, "x")
    (file,) = tmp_path.glob("*.jsonl")
    file.write_text(file.read_text()[:-9])

    for _ in range(2):
        assert Readings(quick_reader, Progress(2, print), tmp_path).read(jobs, "x") == whole
    assert quick_reader._engine.read == 3


# Thresholds and bands


def test_thresholds_chosen_on_validation():
    """Separated: for sensitivity the lowest hemorrhage, for specificity just above the others."""
    found = chosen_thresholds(results([0.7, 0.9, 0.1, 0.3], [1, 1, 0, 0], split="val"))

    assert found["sensitivity_95"] == {"threshold": 0.7, "n": 2, "groups": 2}
    assert found["specificity_95"]["threshold"] == pytest.approx(0.3)
    assert found["specificity_95"]["threshold"] > 0.3
    assert chosen_thresholds(results([0.7], [1])) == {}


def test_shares_of_the_bands_by_hand():
    """Bands from 0.2 and 0.8: one of two hemorrhages missed, one of three others an alarm."""
    read = table(results([0.1, 0.9, 0.8, 0.5, 0.1], [1, 1, 0, 0, 0]))

    found = band_shares(read, Card("x", low=0.2, high=0.8))

    assert found["missed"]["value"] == pytest.approx(1 / 2)
    assert found["false_alarms"]["value"] == pytest.approx(1 / 3)
    assert found["indeterminate"]["value"] == pytest.approx(1 / 5)
