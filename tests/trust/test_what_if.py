"""Tests of hemo.trust.what_if: places filled in, bleeds painted in, both read again."""

import numpy as np
import pytest

from hemo import phantom
from hemo.errors import DataError
from hemo.slice import Slice
from hemo.trust import what_if


def test_without_the_bleed_the_logit_falls(tiny_reader):
    """A reader of brightness loses what the bleed gave."""
    drawn = phantom.draw("intraparenchymal", seed=4, side="left", size_mm=40)
    change = what_if.remove(tiny_reader, drawn.slice, drawn.mask)

    assert change.logits < -0.05
    assert change.after.logit == pytest.approx(change.before.logit + change.logits)
    assert change.way == "the other side"


def test_nothing_inside_the_skull_is_refused(tiny_reader):
    """A stroke beside the head has nothing to fill in."""
    drawn = phantom.draw(None, seed=1)
    corner = np.zeros(drawn.slice.shape, bool)
    corner[:5, :5] = True

    with pytest.raises(DataError, match="inside the skull"):
        what_if.remove(tiny_reader, drawn.slice, corner)


def test_a_painted_bleed_is_found_by_brightness(tiny_reader):
    """In Hounsfield units, on the side that was asked for, the logit rises."""
    drawn = phantom.draw(None, seed=1)
    change = what_if.add(
        tiny_reader, drawn.slice, "intraparenchymal", side="right", size_mm=35, seed=7
    )
    _, columns = np.nonzero(change.mask)

    assert change.logits > 0.05
    assert columns.mean() < drawn.slice.shape[1] / 2  # the patient's right: left in the picture
    assert np.median(change.slice_.pixels[change.mask]) > 45
    assert change.way is None


def test_the_same_seed_paints_the_same(tiny_reader):
    """A bleed can be asked for again."""
    drawn = phantom.draw(None, seed=1)
    one, two = (what_if.add(tiny_reader, drawn.slice, "subdural", seed=3) for _ in range(2))

    assert (one.slice_.pixels == two.slice_.pixels).all()


def test_without_a_skull_no_bleed_is_painted(tiny_reader):
    """The painters need the inside of a head."""
    with pytest.raises(DataError, match="skull"):
        what_if.add(tiny_reader, Slice(np.zeros((64, 64), np.float32), "display"), "subdural")


def test_whether_the_evidence_lies_on_it(tiny_reader):
    """The strongest pixel of the map against the mask."""
    drawn = phantom.draw(None, seed=1)
    change = what_if.add(tiny_reader, drawn.slice, "intraparenchymal", size_mm=45, seed=7)
    peak = np.unravel_index(change.after.evidence.values.argmax(), drawn.slice.shape)

    assert change.on_it == change.mask[peak]
