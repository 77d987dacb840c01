"""Data folders: three layouts, labels and masks, and splits that keep groups together."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hemo.errors import DataError
from hemo.preprocessing import Preprocessing
from hemo.training.dataset import Sample, find_samples, load_square, split_groups


def picture(path, value=128, size=(120, 100)):
    """An even grey picture with a black rim: something that has a head's outline."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros(size, np.uint8)
    pixels[10:-10, 10:-10] = value
    Image.fromarray(pixels).save(path)
    return pixels


@pytest.fixture
def kaggle(tmp_path):
    """Six slices, the first two with hemorrhage, the last two of one group."""
    for i in range(6):
        picture(tmp_path / "head_ct" / f"{i:03d}.png")
    (tmp_path / "labels.csv").write_text(
        "id, hemorrhage\n" + "".join(f"{i},{int(i < 2)}\n" for i in range(6))
    )
    (tmp_path / "groups.csv").write_text(
        "id,hemorrhage,group\n" + "".join(f"{i},{int(i < 2)},g{min(i, 4)}\n" for i in range(6))
    )
    mask = np.zeros((227, 227), np.uint8)
    mask[:114] = 255  # the upper half, squashed to a square
    (tmp_path / "masks").mkdir()
    Image.fromarray(mask).save(tmp_path / "masks" / "000.png")
    return tmp_path


def test_the_kaggle_layout(kaggle):
    """Labels, groups and masks find their slices, spaces in the header or not."""
    samples = find_samples([kaggle])

    assert [s.label for s in samples] == [1, 1, 0, 0, 0, 0]
    assert [s.group for s in samples] == ["g0", "g1", "g2", "g3", "g4", "g4"]
    assert samples[0].mask == kaggle / "masks" / "000.png"
    assert samples[1].mask is None
    assert samples[0].slice().shape == (120, 100)


def test_a_squashed_mask_is_stretched_back(kaggle):
    """The upper half of the square mask is the upper half of the 120 x 100 picture."""
    square = load_square(find_samples([kaggle])[0], Preprocessing(margin=0))

    rows = np.flatnonzero(square.blood.any(1))
    assert square.blood.any()
    assert rows[-1] < square.blood.shape[0] / 2 + 3
    # Near the hand-drawn outline nothing is certain.
    assert not square.known.all()
    assert square.known.mean() > 0.85


def test_a_positive_without_a_mask_teaches_no_place(kaggle):
    """Its blood may be anywhere in the head."""
    square = load_square(find_samples([kaggle])[1], Preprocessing(margin=0))
    negative = load_square(find_samples([kaggle])[3], Preprocessing(margin=0))

    assert not square.known[40:-40, 40:-40].any()
    assert negative.known.all()
    assert not negative.blood.any()


def test_the_phe_layout(tmp_path):
    """Boxes are parsed; a neighbour of a positive is not clean."""
    pixels = picture(tmp_path / "slices" / "1_0.webp", 100)
    pixels[40:60, 40:60] = 180
    Image.fromarray(pixels).save(tmp_path / "slices" / "1_0.webp", lossless=True)
    (tmp_path / "slices.csv").write_text(
        "file,patient,slice,hemorrhage,slices_to_nearest_positive,boxes_xmin_ymin_xmax_ymax\n"
        "1_0.webp,0001,0,1,0,30 35 70 65\n"
        "1_1.webp,0001,1,0,1,\n"
        "1_2.webp,0001,2,0,2,\n"
        "2_0.webp,0002,0,0,,1 2 3 4;5 6 7 8\n"
    )

    samples = find_samples([tmp_path])
    square = load_square(samples[0], Preprocessing(margin=0))

    assert [s.clean for s in samples] == [True, False, True, True]
    assert samples[3].boxes == ((1, 2, 3, 4), (5, 6, 7, 8))
    assert len({s.split for s in samples[:3]}) == 1
    # Blood is the bright 20 x 20 of the box; the rest of the box (edema) is unknown.
    assert square.blood.sum() == pytest.approx(400, rel=0.3)
    assert (~square.known).sum() == pytest.approx(40 * 30 - 400, rel=0.3)


def test_the_image_folder_layout(tmp_path):
    """valid/ is the test set; train/ gives up some groups to choose by."""
    for i in range(20):
        picture(tmp_path / "train" / "Hemorrhage Head" / f"{i}.png")
        picture(tmp_path / "train" / "No_Hemorrhage" / f"{i}.png")
    picture(tmp_path / "valid" / "Hemorrhage Head" / "0.png")
    picture(tmp_path / "valid" / "No_Hemorrhage" / "0.png")

    samples = find_samples([tmp_path])

    assert sum(s.split == "test" for s in samples) == 2
    assert sum(s.split == "val" for s in samples) == 6
    assert all(s.label == ("Hemorrhage Head" in s.path.parts) for s in samples)


@pytest.mark.parametrize("missing", ["nothing", "classes"])
def test_another_layout_is_refused(tmp_path, missing):
    """With a sentence that says what is wanted."""
    if missing == "classes":
        (tmp_path / "train" / "one").mkdir(parents=True)
        (tmp_path / "valid" / "one").mkdir(parents=True)

    with pytest.raises(DataError, match="needs"):
        find_samples([tmp_path])


def test_a_broken_table_is_refused(kaggle):
    """A label that is no number."""
    (kaggle / "labels.csv").write_text("id,hemorrhage\n0,yes\n")

    with pytest.raises(DataError, match=r"labels\.csv"):
        find_samples([kaggle])


def test_no_group_is_split():
    """200 slices of 40 groups: each group in one split, both labels in all three."""
    samples = [
        Sample(Path(f"{i}"), "kaggle200", label=int(i % 40 < 20), group=f"g{i % 40}")
        for i in range(200)
    ]

    split = split_groups(samples, seed=3)

    for group in {s.group for s in split}:
        assert len({s.split for s in split if s.group == group}) == 1
    for name in ("train", "val", "test"):
        assert {s.label for s in split if s.split == name} == {0, 1}
    assert split == split_groups(samples, seed=3)
    assert split != split_groups(samples, seed=4)


def test_the_real_folders_hold_what_is_said_of_them(shared_data):
    """200 slices in 104 groups, 2,762 of 95 patients; no group in two splits."""
    kaggle = find_samples([shared_data / "kaggle200"])
    phe = find_samples([shared_data / "phe"])

    assert (len(kaggle), len({s.group for s in kaggle})) == (200, 104)
    assert (len(phe), len({s.group for s in phe})) == (2762, 95)
    for samples in (kaggle, phe):
        assert len({(s.group, s.split) for s in samples}) == len({s.group for s in samples})
