"""Tests of what a score is made of, in lines and in words."""

import numpy as np
import pytest

from hemo.evidence import EvidenceMap
from hemo.regions import Parts, Region, parts
from hemo.report import made_of
from hemo.weights import Card


def region(number, logits, place="left, posterior third", share=0.5):
    """A region of which only what is said of it matters."""
    mask = np.zeros((2, 2), np.bool_)
    return Region(number, logits, share, 1.0, mask, [[(0.0, 0.0)]], (0.0, 0.0), "left", place)


def of(*regions, elsewhere=0.4, against=-0.35, bias=-1.25):
    """Parts that add up."""
    logit = sum(one.logits for one in regions) + elsewhere + against + bias
    return Parts(regions, elsewhere, against, bias, logit)


def amounts(lines):
    """The lines' amounts as numbers."""
    return [float(line.amount.replace("−", "-")) for line in lines]


def test_lines_add_up_as_they_are_shown():
    """Thirds, which no rounding one by one would add up."""
    found = of(region(1, 10 / 3), region(2, 1 / 3), elsewhere=1 / 3, against=-1 / 3, bias=-2 / 3)
    lines, logit = made_of.composition(found)

    assert logit == "+3.00"
    assert sum(amounts(lines)) == pytest.approx(3.0)
    assert [line.region for line in lines] == [1, 2, 0, 0, 0]
    assert lines[0].label == "Region 1 · left, posterior third"


def test_many_regions_share_a_line():
    """Three are named, what is left of six is one line, and all of it still adds up."""
    found = of(*(region(n, 7.0 - n) for n in range(1, 7)))
    lines, _ = made_of.composition(found)

    assert [line.label for line in lines][3] == "3 smaller regions"
    assert amounts(lines)[3] == pytest.approx(3 + 2 + 1)
    assert sum(amounts(lines)) == pytest.approx(found.logit)


def test_without_a_region_nothing_is_elsewhere():
    """Evidence is for or against, and it is said that none of it is focal."""
    lines, _ = made_of.composition(of())

    assert [line.label for line in lines] == ["evidence for", "evidence against", "bias"]
    assert made_of.in_words(of()) == [made_of.NO_FOCUS, made_of.SPREAD]


def test_the_evidence_in_words_names_side_and_share():
    """The strongest first, then the others, then how sides are meant."""
    said = made_of.in_words(
        of(region(1, 3.0, share=0.72), region(2, 1.0, place="midline, anterior third"))
    )

    assert said[0].endswith(
        "on the left, posterior third: region 1 holds 72\N{NO-BREAK SPACE}% of it."
    )
    assert said[1] == "Also region 2, in the midline, anterior third."
    assert said[2] == made_of.CONVENTION


def test_a_map_and_its_lines_have_the_same_sum():
    """From the map itself: one peak of 2 logits, 0.5 against, a bias of −1."""
    values = np.zeros((32, 32), np.float32)
    values[8:12, 8:12] = 2 / 16
    values[20:24, 20:24] = -0.5 / 16
    found = parts(EvidenceMap(values, -1.0, values, 16.0), focal=0.5)
    lines, logit = made_of.composition(found)

    assert logit == "+0.50"
    assert amounts(lines) == pytest.approx([2.0, 0.0, -0.5, -1.0], abs=0.01)


def test_what_slices_like_this_one_held_comes_from_the_card():
    """Bins of fewer than ten slices say nothing; the last one holds 1."""
    bins = [
        {"low": 0.8, "high": 0.9, "n": 4, "observed": {"low": 0.1, "high": 0.9}},
        {"low": 0.9, "high": 1.0, "n": 40, "observed": {"low": 0.88, "high": 0.93}},
    ]
    tests = {name: {"label": name, "calibration": {"bins": bins}} for name in ("the 200", "PHE")}
    card = Card("0", evaluation={"test": tests})
    said = "of slices scored like this, one was held by 88–93 % (the 200), 88–93 % (PHE)"

    for probability in (0.95, 1.0):
        assert made_of.observed(probability, card).replace("\N{NO-BREAK SPACE}", " ") == said
    assert made_of.observed(0.85, card) == ""
    assert made_of.observed(0.95, Card("0")) == ""
