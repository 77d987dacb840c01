"""The gate's reach on real pictures, held to issue 5's numbers."""

import csv
from collections import Counter

import pytest

from hemo import HemoError, phantom, read
from hemo.bleeds import KINDS
from hemo.gate import check
from hemo.preprocessing import Preprocessing, crop

RIGHT = {
    "not_head_ct/brain_mri": {"not_ct"},
    "not_head_ct/chest_xray": {"not_ct"},
    "not_head_ct/photo": {"not_ct"},
    "not_head_ct/plot_screenshot": {"not_ct"},
    "not_head_ct/ct_other_body": {"not_ct", "not_head"},
    "dicom/not_head": {"not_ct", "not_head"},
}
NEAR = 6  # slices from the next one with a hemorrhage: brain is in view


def reasons(path):
    """The reason for each slice of a file: None of one that passes, "unread" of no image."""
    try:
        slices = read(path)
    except HemoError:
        return ["unread"]
    refusals = [check(s, crop(s, Preprocessing())[1]) for s in slices]
    return [refused and refused.reason for refused in refusals]


def counted(paths):
    """How often each reason was given."""
    return Counter(reason for path in paths for reason in reasons(path))


def refused(counts):
    """The share that was refused."""
    return 1 - counts[None] / counts.total()


def test_what_is_no_head_ct_is_refused_with_the_right_reason(shared_data):
    """At least 95 % of all of them."""
    right = total = 0
    for folder, expected in RIGHT.items():
        files = sorted(p for p in (shared_data / folder).rglob("*") if p.is_file())
        counts = counted(files)
        right += sum(counts[reason] for reason in expected | {"unread"})
        total += counts.total()

    assert total > 80
    assert right / total >= 0.95


def test_the_200_are_read(shared_data):
    """Every other one; at most 2 % are refused."""
    files = sorted((shared_data / "kaggle200" / "head_ct").glob("*.png"))

    assert refused(counted(files[::2])) <= 0.02


def test_slices_with_brain_in_view_are_read(shared_data):
    """Every eighth of PHE near a hemorrhage; at most 2 % are refused."""
    with (shared_data / "phe" / "slices.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if int(r["slices_to_nearest_positive"]) <= NEAR]
    files = [shared_data / "phe" / "slices" / row["file"] for row in rows[::8]]

    assert len(files) > 200
    assert refused(counted(files)) <= 0.02


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("0001_31", {"no_head", "no_brain"}),  # air
        ("0005_28", {"no_brain"}),  # vertex
        ("0041_00", {"no_brain"}),  # teeth
        ("0098_02", {"no_brain"}),  # neck
        ("0081_00", {"no_brain"}),
    ],
)
def test_levels_without_brain_are_refused(shared_data, name, expected):
    """Each for what it is."""
    (reason,) = reasons(shared_data / "phe" / "slices" / f"{name}.webp")

    assert reason in expected


def test_a_whole_series_is_read_where_it_shows_brain(shared_data):
    """Gantry tilt: neck and face below slice 7 and bone above 26 are refused, all between read."""
    folder = shared_data / "dicom" / "head" / "ge_hispeed_tilt"
    found = {n: reasons(folder / f"{n:02d}.dcm")[0] for n in range(1, 29)}

    assert {found[n] for n in range(8, 27)} == {None}
    assert {found[n] for n in (1, 2, 3, 4, 28)} == {"no_brain"}


def test_a_slice_with_contrast_is_read(shared_data):
    """In each of its six compressions."""
    files = (shared_data / "dicom" / "head" / "wg04_ct2_head").glob("*.dcm")

    assert counted(sorted(files)) == {None: 6}


def test_sixty_phantoms_pass():
    """Ten seeds of each kind and of none."""
    kinds = (None, *KINDS)
    for seed in range(60):
        slice_ = phantom.draw(kinds[seed % len(kinds)], seed=seed, shape=(192, 192)).slice
        _, view = crop(slice_, Preprocessing())

        assert check(slice_, view) is None
