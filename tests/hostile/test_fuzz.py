"""Readers on inputs that Hypothesis thinks of; what it found is kept below as explicit cases."""

import gzip

import numpy as np
import pytest
import seeds
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hemo.errors import HemoError
from hemo.reading import read_bytes
from hemo.reading.found import Found
from hemo.reading.series import assemble
from hemo.slice import Slice

HEALTHY = seeds.healthy()
BOUNDED = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def ends_well(data):
    """Slices with finite pixels, or an error with a sentence; anything else is raised."""
    try:
        slices = read_bytes(data)
    except HemoError as error:
        assert str(error).endswith(".")
        return
    assert slices
    for one in slices:
        assert one.pixels.dtype == np.float32
        assert one.units == "HU" or (one.pixels.min() >= 0 and one.pixels.max() <= 1)


@pytest.mark.parametrize("name", sorted(HEALTHY))
@BOUNDED
@given(data=st.data())
def test_patched_files_end_well(name, data):
    """Any bytes at any place of a healthy file."""
    broken = bytearray(HEALTHY[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken) - 1))
        piece = data.draw(st.binary(min_size=1, max_size=8))
        broken[at : at + len(piece)] = piece
    ends_well(bytes(broken))


@BOUNDED
@given(
    start=st.sampled_from(
        [b"", bytes(128) + b"DICM", b"\x08\0", b"PK\3\4", b"\x5c\1\0\0", b"II*\0"]
    ),
    rest=st.binary(max_size=300),
)
def test_anything_behind_a_signature_ends_well(start, rest):
    """Bytes that only begin like a file."""
    ends_well(start + rest)


@BOUNDED
@given(
    dim=st.lists(st.integers(-(2**15), 2**15 - 1), min_size=8, max_size=8),
    offset=st.floats(width=32),
    slope=st.floats(width=32),
    inter=st.floats(width=32),
    rows=st.lists(st.floats(width=32), min_size=12, max_size=12),
    zipped=st.booleans(),
)
@example([3, 16, 16, 8, 1, 1, 1, 1], 352.0, 1.0, 3.0000000054977558e38, [1.0] * 12, False)
@example([3, 16, 16, 8, 1, 1, 1, 1], 352.0, 1.0, 0.0, [0.0] * 12, False)
def test_nifti_headers_end_well(dim, offset, slope, inter, rows, zipped):
    """Any numbers in a NIfTI header. The examples: a flat volume near the end of float32 was
    divided by 0, and axes without a direction.
    """
    lies = {"dim": dim, "vox_offset": offset, "scl_slope": slope, "scl_inter": inter}
    lies |= {"srow_x": rows[:4], "srow_y": rows[4:8], "srow_z": rows[8:]}
    data = seeds.nifti(seeds.volume(), **lies)
    ends_well(gzip.compress(data, mtime=0) if zipped else data)


@BOUNDED
@given(values=st.lists(st.floats(width=32), min_size=8, max_size=8))
def test_nifti_values_end_well(values):
    """Any floating-point values, NaN and infinities among them."""
    ends_well(seeds.nifti(np.array(values, np.float32).reshape(2, 2, 2)))


@BOUNDED
@given(
    places=st.lists(
        st.tuples(
            st.floats(allow_nan=False, allow_infinity=False) | st.none(),
            st.integers() | st.none(),
            st.integers(0, 2),
        ),
        max_size=12,
    )
)
def test_no_slice_is_lost(places):
    """Every slice with pixels of its own is in exactly one series, numbered without a gap."""
    found = [
        Found(
            Slice(
                np.full((1, 2), index, np.float32),
                "HU",
                position=None if height is None else (0, 0, height),
            ),
            series=f"{series}",
            number=number,
        )
        for index, (height, number, series) in enumerate(places)
    ]
    series = assemble(found)

    kept = sorted(one.pixels[0, 0] for made in series for one in made.slices)
    assert kept == list(range(len(places)))
    for made in series:
        assert [one.number for one in made.slices] == list(range(1, len(made.slices) + 1))
