"""Tests of hemo.methods: every method explains itself, runs on a slice, and keeps its scale."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from hemo import methods
from hemo.errors import HemoError, MissingExtraError

FAST = [name for name, method in methods.METHODS.items() if not method.extra]


@pytest.mark.parametrize("name", FAST)
def test_a_method_gives_a_map_on_the_slices_grid(tiny_reader, head_slice, name):
    """Float32 on the slice's own pixels, with its name, and the bright spot its strongest place."""
    found = methods.run(name, tiny_reader, head_slice)
    y, x = np.indices((256, 256)) - 127.5
    brain = np.hypot(x / 96, y / 115) < 0.7  # beside the skull a bright cell's share lies as well
    row, column = np.unravel_index(np.where(brain, found.values, -np.inf).argmax(), brain.shape)

    assert found.values.dtype == np.float32 and found.values.shape == head_slice.shape
    assert found.method == methods.METHODS[name].label or name == "layer_cam"
    assert found.view is not None
    if name not in ("eigen_cam", "grad_cam_7"):
        assert np.hypot(row - 137.5, column - 172.5) < 24


@pytest.mark.parametrize("method", methods.METHODS.values(), ids=list(methods.METHODS))
def test_a_method_says_what_it_shows_and_what_it_cannot(method):
    """One sentence each, with a unit."""
    for text in (method.says, method.cannot):
        assert text.endswith(".") and text.count(". ") == 0
    assert method.unit and method.full > 0
    assert "cannot" in method.cannot


def test_an_unknown_method_is_named():
    """The error lists those there are."""
    with pytest.raises(HemoError, match="grad_cam"):
        methods.run("grad_camm", None, None)


def test_scales_are_fixed(tiny_reader):
    """Grad-CAM's is the card's; another's is what was measured, or else its own number of them."""
    card = tiny_reader.card
    measured = {
        "localisation": {"methods": {"occlusion": {"scale": 3.5}, "grad_cam": {"scale": 9}}}
    }

    assert methods.scale_of("grad_cam", card) == card.evidence_scale
    assert methods.scale_of("occlusion", card) == methods.METHODS["occlusion"].full * 0.5
    assert methods.scale_of("occlusion", replace(card, evaluation=measured)) == 3.5
    assert methods.scale_of("grad_cam", replace(card, evaluation=measured)) == 0.5


def test_a_missing_extra_names_the_feature_and_the_line(tiny_reader, head_slice, monkeypatch):
    """Without captum: what was asked for, and how to install it."""
    monkeypatch.setattr("hemo.methods.gradients.find_spec", lambda name: None)

    with pytest.raises(
        MissingExtraError, match=r"Integrated gradients.*pip install '.\[methods\]'"
    ):
        methods.run("integrated_gradients", tiny_reader, head_slice)


def test_occlusion_tells_its_progress(tiny_reader, head_slice):
    """From nothing to all, never back."""
    told = []
    methods.run("occlusion", tiny_reader, head_slice, progress=lambda *step: told.append(step))

    assert told[0][0] == 0 and told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_occlusion_stops_when_asked(tiny_reader, head_slice):
    """Once the event is set nothing more is read."""
    stop, told = Event(), []

    def progress(done, total):
        told.append(done)
        stop.set()

    with pytest.raises(methods.Stopped):
        methods.run("occlusion", tiny_reader, head_slice, stop, progress)
    assert told == [0]


def test_occlusion_measures_what_is_lost(tiny_reader, head_slice):
    """Covering the bright spot loses logits; covering even brain changes nothing."""
    found = methods.run("occlusion", tiny_reader, head_slice)

    assert found.per_cell[137, 172] > 0.1
    assert abs(found.per_cell[137, 85]) < 0.005
