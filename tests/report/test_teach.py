"""What a learner reads, and what is said on a tour."""

from dataclasses import replace

import pytest

from hemo.bleeds import KINDS
from hemo.innocents import IN_HEAD
from hemo.report import teach as words
from hemo.report import tour


@pytest.mark.parametrize("finding", IN_HEAD)
def test_every_innocent_finding_has_a_reason(finding):
    """Why it is not blood."""
    assert words.miss(None, None, None, finding).endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_bleed_has_one(kind):
    """Why it is missed, with its size and contrast where they are known."""
    said = words.miss(kind, 3.5, 16.0, None)

    assert "4 mm, 16 HU above brain at most: " in said
    assert said[0].isupper()


def test_the_verdict_tells_a_found_bleed_from_a_lucky_guess():
    """Called and marked; called but marked elsewhere; missed; a false alarm; rightly none."""
    assert words.verdict(True, True, True) == "You found it."
    assert "another place" in words.verdict(True, True, False)
    assert words.verdict(True, False, None) == "You missed it."
    assert "there is none" in words.verdict(False, True, None)
    assert words.verdict(False, False, None) == "You are right: there is none."


def test_the_model_is_judged_in_the_same_way():
    """It may be right for the wrong reason, too."""
    assert words.model(True, 0.9, True, False).endswith("its strongest evidence lies elsewhere.")
    assert words.model(True, 0.2, False, False).endswith("it misses the hemorrhage.")
    assert words.model(False, 0.9, True, None).endswith("it is wrong to find one.")
    assert words.model(False, None, None, None) == "The model gave no reading."


FACTS = tour.Facts(
    truth=True,
    kind="subdural",
    area_cm2=7.26,
    blood_hu=62.4,
    brain_hu=31.2,
    probability=0.93,
    threshold=0.5,
    hit=True,
    parts=(("evidence for", "+3.1"), ("Logit", "2.6 → 93 %")),
    windows=True,
)


def test_a_tour_goes_from_the_bare_slice_to_the_limits():
    """Nothing is laid over the slice before it was looked at."""
    steps = tour.steps(FACTS)

    assert [step.layer for step in steps] == [
        "plain", "plain", "truth", "truth", "all", "evidence", "all",
    ]  # fmt: skip
    assert "7.3 cm²" in steps[2].text
    assert "62 HU, brain beside it 31 HU" in steps[2].text
    assert steps[5].lines == FACTS.parts
    assert steps[-1].text == tour.LIMIT


def test_without_a_reading_and_hounsfield_units_a_tour_is_shorter():
    """No window to change, nothing the model said."""
    steps = tour.steps(replace(FACTS, probability=None, windows=False))

    assert [step.title for step in steps] == [
        "Look first",
        "What is there",
        "What this does not mean",
    ]


def test_a_wrong_reading_is_called_wrong():
    """By the operating point, and by the place."""
    steps = tour.steps(replace(FACTS, truth=False, area_cm2=None, hit=None))
    astray = tour.steps(replace(FACTS, hit=False))

    assert "above the operating point of 50\N{NO-BREAK SPACE}%: wrong." in steps[3].text
    assert "do not trust this number" in astray[4].text
