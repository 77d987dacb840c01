"""Parity: what is compared, on which half of the groups, with figures worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from hemo.compression.parity import Answers, Parity, Seen, ask, compare, in_first_half, offset, see
from hemo.evidence import LinearHead
from hemo.preprocessing import Preprocessing
from hemo.reader import Reader
from hemo.weights import Card

GOOD = Parity(probability_p99=0.03, auc_change=0.003, map_correlation=0.98, slices=10)


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({}, True),
        ({"probability_p99": 0.031}, False),
        ({"auc_change": 0.0031}, False),
        ({"map_correlation": 0.979}, False),
    ],
)
def test_every_figure_has_to_hold(changed, holds):
    """0.03 in probability, 0.003 in AUC, 0.98 in correlation."""
    assert replace(GOOD, **changed).holds() == holds


def test_a_margin_asks_for_more():
    """Half of 0.03 is 0.015, half of the way from 0.98 to 1 is 0.99."""
    better = Parity(probability_p99=0.0149, auc_change=0.0014, map_correlation=0.991, slices=10)

    assert better.holds(0.5)
    assert not GOOD.holds(0.5)
    assert not replace(better, map_correlation=0.989).holds(0.5)


def answers(*logits, maps=None):
    """Answers with maps of 2 x 2."""
    maps = np.array([[[0, 1], [2, 3]]] * len(logits)) if maps is None else np.array(maps)
    return Answers(np.array(logits, np.float64), maps.astype(np.float32))


def test_parity_by_hand():
    """One probability of four moves from 0.5 to 0.881, one of three maps is turned upside down."""
    ours, theirs = answers(-2, 0, 1, 3), answers(-2, 2, 1, 3)
    labels = np.array([0, 0, 1, 1])

    found = compare(ours, theirs, labels, temperature=1.0)

    # The 99th percentile lies 0.97 of the way from the third to the fourth difference.
    assert found.probability_p99 == pytest.approx(0.97 * (1 / (1 + np.exp(-2)) - 0.5))
    assert found.auc_change == pytest.approx(0.25)  # one of the four pairs is exchanged
    assert found.map_correlation == pytest.approx(1)
    assert found.slices == 4


def test_maps_are_compared_by_their_median():
    """Of r = 1, -1 and -1 it is -1; a shift and a factor change nothing."""
    one = [[0, 1], [2, 3]]
    ours = answers(0, 1, 2, maps=[one] * 3)
    theirs = answers(0, 1, 2, maps=[[[5, 7], [9, 11]], [[3, 2], [1, 0]], [[0, -1], [-2, -3]]])

    assert compare(ours, theirs, np.array([0, 1, 1]), 1.0).map_correlation == pytest.approx(-1)


def test_the_offset_is_weighed_by_what_the_probability_moves():
    """At p = 0.5 a logit counts 1/16, at a logit of 20 nothing: its difference is left out."""
    assert offset(answers(0, 0), answers(1, 2), 1.0) == pytest.approx(-1.5)
    assert offset(answers(0, 20), answers(1, 0), 1.0) == pytest.approx(-1, abs=1e-6)


def test_halves_share_no_group():
    """Groups with a hemorrhage and groups without are halved apart."""
    seen = [
        Seen(np.zeros((3, 1, 1), np.float32), label, f"{kind} {group}")
        for kind, labels in (("bleed", (0, 1)), ("normal", (0, 0)))
        for group in range(4)
        for label in labels
    ]

    first = in_first_half(seen)

    groups = [{s.group for s, f in zip(seen, first, strict=True) if f == half} for half in (0, 1)]
    assert not groups[0] & groups[1]
    for half in groups:
        assert sorted(name.split()[0] for name in half) == ["bleed"] * 2 + ["normal"] * 2


class Known:
    """A sample whose slice is a phantom."""

    source, group = "phantom", "one"

    def __init__(self, label, slice_):
        self.label, self._slice = label, slice_

    def slice(self):
        """The phantom's slice."""
        return self._slice


class Mean:
    """An engine whose one channel is the input's first: [B, 3, 2, 2] to [B, 1, 2, 2]."""

    name = "mean"

    def features(self, images):
        """The first channel."""
        return images[:, :1]


def test_only_what_the_gate_lets_through_is_asked_about():
    """A head and air: one slice, whose logit is the mean of its input, whose map adds up to it."""
    from hemo import phantom
    from hemo.slice import Slice

    air = Slice(np.zeros((200, 200), np.float32), "display")
    samples = [Known(1, phantom.draw("epidural", seed=1).slice), Known(0, air)]
    spec = Preprocessing(size=2)
    reader = Reader(Mean(), LinearHead(np.ones(1, np.float32), 0.0), Card("0", preprocessing=spec))

    seen = see(samples, spec)
    found = ask(reader, seen)

    assert [(s.label, s.group) for s in seen] == [(1, "phantom one")]
    assert found.logits == pytest.approx([seen[0].image[0].mean()], abs=1e-5)
    assert found.maps.sum() == pytest.approx(found.logits[0], abs=1e-5)
