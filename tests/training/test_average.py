"""The average of weights over steps."""

import pytest
import torch
from torch import nn

from hemo.training.average import Average


def one(value):
    """A module whose only parameter has a value."""
    module = nn.Linear(1, 1, bias=False)
    nn.init.constant_(module.weight, value)
    return module


def test_a_young_average_follows_closely():
    """At step 1 the decay is 1/11: of 0 and then 11, the average is 10."""
    average = Average(one(0.0), decay=0.99)

    average.update(one(11.0))

    assert average.state["weight"].item() == pytest.approx(10)


def test_an_old_average_keeps_its_decay():
    """At step 10,000 the decay is what was asked for: 0.9 of 0 and 0.1 of 10."""
    average = Average(one(0.0), decay=0.9)
    average.steps = 9_999

    average.update(one(10.0))

    assert average.state["weight"].item() == pytest.approx(1)


def test_a_saved_average_goes_on():
    """State and age come back, and the saved tensors are not written to."""
    saved = {"weight": torch.tensor([[4.0]])}
    average = Average(one(0.0), decay=0.5)

    average.load(saved, steps=100)
    average.update(one(6.0))

    assert average.steps == 101
    assert average.state["weight"].item() == pytest.approx(5)
    assert saved["weight"].item() == 4
