"""Tests of the one-page report."""

import re
import zlib
from dataclasses import replace

import numpy as np
import pytest

from hemo.evidence import EvidenceMap
from hemo.gate import LETTERS
from hemo.reader import Reading
from hemo.regions import parts
from hemo.report.pdf import overlaid, to_pdf
from hemo.slice import Slice
from hemo.weights import Card

CARD = Card("0.1", evidence_scale=0.5, evidence_focal=0.25)


@pytest.fixture
def read_slice():
    """A slice of 64 × 48 pixels with one region of evidence, and its reading."""
    values = np.zeros((64, 48), np.float32)
    values[20:30, 10:20] = 0.02
    reading = Reading(1.0, 0.73, "hemorrhage", EvidenceMap(values, -1.0, values, 30.0), (), "0.1")
    slice_ = Slice(np.full((64, 48), 30, np.float32), "HU", spacing=(1.0, 1.0), source="DICOM")
    return slice_, reading, parts(reading.evidence, CARD.evidence_focal)


def content(pdf):
    """What is drawn on the pages, unpacked."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    texts = []
    for stream in streams:
        try:
            texts.append(zlib.decompress(stream))
        except zlib.error:
            continue  # a picture
    return b" ".join(texts)


def test_the_page_says_what_the_panel_says(read_slice):
    """Probability, what it is made of, limits and disclaimer, on one page with two pictures."""
    pdf = to_pdf(read_slice[0], read_slice[1], CARD, read_slice[2])
    text = content(pdf)

    assert re.search(rb"/Count 1\b", pdf)
    assert pdf.count(b"/Subtype /Image") == 2
    assert b"73 %" in text
    assert b"Region 1" in text
    assert b"Not a medical device" in text
    assert b"LIMITS" in text


def test_the_same_reading_is_the_same_page(read_slice):
    """No date, no random name in it."""
    first, second = (to_pdf(read_slice[0], read_slice[1], CARD, read_slice[2]) for _ in range(2))

    assert first == second


def test_a_picture_that_may_name_somebody_is_left_out(read_slice):
    """Letters in the picture: none of it is in the file, and that is said."""
    slice_, reading, found = read_slice
    pdf = to_pdf(slice_, replace(reading, warnings=(LETTERS,)), CARD, found)

    assert b"/Subtype /Image" not in pdf
    assert b"The picture is left out" in content(pdf)


def test_regions_are_outlined_on_the_overlay(read_slice):
    """In yellow, around the region and nowhere near the corners."""
    slice_, reading, found = read_slice
    grey = np.full((128, 96), 0.4, np.float32)
    drawn = overlaid(grey, slice_.shape, reading, CARD, found)
    yellow = (drawn[..., 0] > 200) & (drawn[..., 2] < 160)
    rows, columns = np.nonzero(yellow)

    assert drawn.shape == (128, 96, 3)
    assert 20 < rows.min() < 60
    assert columns.max() < 80
