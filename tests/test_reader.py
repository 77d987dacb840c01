"""The reader: batches, calibration, bands, refusals, and numbers that add up."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from hemo import HemoError, Reader, Reading, Refusal
from hemo.errors import WeightsError
from hemo.evidence import LinearHead
from hemo.gate import LETTERS
from hemo.preprocessing import Preprocessing
from hemo.reader import band_of, calibrated
from hemo.slice import Slice
from hemo.weights import Card


class Recorder:
    """An engine whose features are worked out by hand: channel 0 is the input's own mean."""

    name = "recorder"

    def __init__(self):
        self.batches = []

    def features(self, images):
        """[B, 3, S, S] to [B, 1, 2, 2]."""
        self.batches.append(len(images))
        means = images.mean((1, 2, 3))
        return np.repeat(means, 4).reshape(-1, 1, 2, 2).astype(np.float32)


def head(value=0.5, shape=(200, 180)):
    """A head on black that the gate lets through: a white ring around two halves of grey."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    distance = np.hypot((y - shape[0] / 2) / 80, (x - shape[1] / 2) / 70)
    brain = np.where(x < shape[1] / 2, value, value + 0.05)
    grey = np.where(distance > 1, 0, np.where(distance > 0.88, 1, brain))
    return Slice(grey, "display", warnings=("w",))


def blas_threads():
    """How many threads each library for linear algebra may use."""
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


@pytest.fixture
def reader():
    """A reader with a head of weight 2 and bias -1, and a temperature of 2."""
    card = Card("9.9", preprocessing=Preprocessing(size=32), temperature=2.0, low=0.3, high=0.6)
    return Reader(Recorder(), LinearHead(np.array([2.0], np.float32), -1.0), card)


def test_a_reading_is_what_the_head_makes_of_the_features(reader):
    """logit = 2 · mean - 1, probability = sigmoid(logit / 2)."""
    reading = reader.read(head())

    assert isinstance(reading, Reading)
    mean = (reading.logit + 1) / 2
    assert reading.probability == pytest.approx(1 / (1 + np.exp(-(2 * mean - 1) / 2)))
    assert reading.warnings == ("w",)
    assert reading.model == "9.9"


def test_linear_algebra_keeps_to_one_thread_while_a_map_is_made(reader):
    """Its other threads would stay awake beside the network that reads the next slice."""
    during = []

    class Watching:
        def logit(self, z):
            return reader.head.logit(z)

        def gradient(self, z):
            during.extend(blas_threads())
            return reader.head.gradient(z)

    before = blas_threads()
    Reader(Recorder(), Watching(), reader.card).read(head())

    assert during == [1] * len(before) != []
    assert blas_threads() == before


def test_evidence_and_bias_add_up_to_the_logit(reader):
    """On the slice's own grid."""
    slice_ = head()
    reading = reader.read(slice_)

    total = reading.evidence.values.sum(dtype=np.float64) + reading.evidence.bias
    assert reading.evidence.values.shape == slice_.shape
    assert total == pytest.approx(reading.logit, abs=1e-4)


def test_many_are_read_in_order_and_in_batches(reader):
    """Nineteen slices in batches of 8, 8 and 3; each as it would be read alone."""
    eight = Reader(Recorder(), reader.head, reader.card, batch=8)
    slices = [head(0.2 + 0.03 * i) for i in range(19)]

    results = eight.read_many(slices)

    assert eight._engine.batches == [8, 8, 3]
    logits = [r.logit for r in results]
    assert logits == sorted(logits)
    assert logits == pytest.approx([reader.read(s).logit for s in slices])


def test_results_come_as_they_are_ready(reader):
    """The first of thirty is there before the tenth is computed; who stops there stops it all."""
    results = reader.read_each([head()] * 30)

    assert isinstance(next(results), Reading)
    results.close()
    assert len(reader._engine.batches) < 10


def test_a_refused_slice_keeps_its_place_and_costs_nothing(reader):
    """The network sees the two good slices only."""
    air = Slice(np.zeros((200, 200), np.float32), "display")

    results = reader.read_many([head(), air, head()])

    assert [isinstance(r, Refusal) for r in results] == [False, True, False]
    assert reader._engine.batches == [1, 1]


def cut_off_head():
    """A head that the picture cuts: refused by judgement."""
    return Slice(head(shape=(200, 200)).pixels[:, :140], "display", warnings=("w",))


def test_a_judgement_can_be_overruled_and_says_so_first(reader):
    """Refused, or read with the gate's sentence before all other warnings."""
    refusal = reader.read(cut_off_head())
    reading = reader.read(cut_off_head(), anyway=True)

    assert isinstance(refusal, Refusal) and refusal.judgement
    assert isinstance(reading, Reading)
    assert reading.warnings == (f"Read although the gate refused it: {refusal.sentence}", "w")


def test_what_is_certain_stays_refused(reader):
    """Air has nothing to read; the others of its batch are read, and only one is warned of."""
    air = Slice(np.zeros((200, 200), np.float32), "display")

    results = reader.read_many([head(), air, cut_off_head()], anyway=True)

    assert [isinstance(r, Refusal) for r in results] == [False, True, False]
    assert [r.warnings[0].startswith("Read although") for r in (results[0], results[2])] == [
        False,
        True,
    ]
    assert reader._engine.batches == [1, 1]


def test_letters_beside_the_head_are_warned_of(reader):
    """They may name a patient."""
    import cv2

    pixels = np.pad(head().pixels, ((40, 0), (0, 0)))
    cv2.putText(pixels, "DOE JANE", (6, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1.0)

    slice_ = Slice(pixels, "display")
    assert reader.read(slice_).warnings == (LETTERS,)
    assert [one.warnings for one in reader.read_many([slice_, slice_])] == 2 * [(LETTERS,)]


def test_nothing_but_refusals_is_no_batch(reader):
    """As is no slice at all."""
    air = Slice(np.zeros((200, 200), np.float32), "display")

    assert isinstance(reader.read(air), Refusal)
    assert reader.read_many([]) == []
    assert reader._engine.batches == []


@pytest.mark.parametrize(
    ("logit", "temperature", "expected"),
    [(0, 3, 0.5), (2, 2, 0.7310586), (-2, 2, 0.2689414), (2000, 1, 1.0), (-2000, 1, 0.0)],
)
def test_calibration_is_temperature_scaling(logit, temperature, expected):
    """sigmoid(logit / T), without overflow at either end."""
    assert calibrated(logit, temperature) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("probability", "band"),
    [
        (0.29, "no hemorrhage seen"),
        (0.3, "indeterminate"),
        (0.59, "indeterminate"),
        (0.6, "hemorrhage"),
    ],
)
def test_bands_begin_at_their_limits(reader, probability, band):
    """Below low, from low to high, from high on."""
    assert band_of(probability, reader.card) == band


def test_an_unknown_engine_is_said(tmp_path):
    """With the names of those that there are."""
    with pytest.raises(HemoError, match="torch"):
        Reader.load(engine="abacus")
    with pytest.raises(WeightsError):
        Reader.load(tmp_path)


def test_the_shipped_model_reads_a_phantom(shipped_reader):
    """The real weights through the real engine: the parts add up, the map is on the slice."""
    from hemo import phantom

    drawn = phantom.draw("intraparenchymal", seed=3)
    reading = shipped_reader.read(drawn.slice)

    assert isinstance(reading, Reading)
    assert reading.evidence.values.shape == drawn.slice.shape
    total = reading.evidence.values.sum(dtype=np.float64) + reading.evidence.bias
    assert total == pytest.approx(reading.logit, rel=1e-4, abs=1e-3)
    assert reading.model == shipped_reader.card.version
