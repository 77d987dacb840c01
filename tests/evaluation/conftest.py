"""A reader whose network is a dozen additions: bright cells are hemorrhage."""

import cv2
import numpy as np
import pytest

from hemo import weights
from hemo.evidence import LinearHead
from hemo.preprocessing import Preprocessing
from hemo.reader import Reader
from hemo.weights import Card

SIZE, CELLS = 64, 8


class BrightCells:
    """An engine with one feature: the share of each cell that is bright and not beside bone."""

    name = "bright cells"

    def __init__(self, level=0.7):
        self.level, self.read = level, 0

    def features(self, images):
        """float32 [B, 1, 8, 8]."""
        self.read += len(images)
        spec = Preprocessing()
        grey = images[:, 0] * spec.std[0] + spec.mean[0]
        bone = [cv2.dilate((g > 0.95).astype(np.uint8), np.ones((5, 5))) > 0 for g in grey]
        bright = (grey > self.level) & ~np.stack(bone)
        small = [
            cv2.resize(b.astype(np.float32), (CELLS, CELLS), interpolation=cv2.INTER_AREA)
            for b in bright
        ]
        return np.stack(small)[:, None]


def _reader(card=None):
    card = card or Card("quick", preprocessing=Preprocessing(size=SIZE), threshold=0.5)
    return Reader(BrightCells(), LinearHead(np.array([200.0], np.float32), -2.0), card)


@pytest.fixture
def quick_reader():
    """A real reader around that engine: gate, preprocessing, evidence and all."""
    return _reader()


@pytest.fixture(scope="session")
def quick():
    """Stands in for ``Reader.load``: the folder's card, an engine that takes no time."""
    return lambda path, engine=None: _reader(weights.read_card(path))
