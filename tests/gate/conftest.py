"""A drawn head whose measurements can be worked out by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from hemo.gate import check
from hemo.preprocessing import Preprocessing, crop
from hemo.slice import Slice


def draw(side=240, radius=100.0, brain=(0.4, 0.5), skull=1.0, thickness=16.0, scalp=0.3):
    """A round head on black: scalp, a ring of skull, a brain whose quarters have two greys.

    Of the outline's radius of about 100 pixels, 4 are scalp and 16 skull; brain has the 80 within.
    """
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    distance = np.hypot(x, y)
    grey = np.where(distance < radius, scalp, 0.0)
    grey[distance < radius - 4] = skull
    inside = distance < radius - 4 - thickness
    grey[inside] = np.where((x < 0) == (y < 0), *brain)[inside]
    return grey.astype(np.float32)


def judge(grey, **fields):
    """What the gate says of a picture."""
    slice_ = Slice(grey, **({"units": "display"} | fields))
    _, view = crop(slice_, Preprocessing())
    return check(slice_, view)


@pytest.fixture
def head() -> Callable:
    """Draws a head."""
    return draw


@pytest.fixture
def refusal() -> Callable:
    """The gate's refusal of a picture, or None."""
    return judge


@pytest.fixture
def reason() -> Callable:
    """The reason of the gate's refusal of a picture, or None."""

    def reason_of(grey, **fields):
        refused = judge(grey, **fields)
        return refused and refused.reason

    return reason_of
