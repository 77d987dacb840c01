"""From nothing but phantoms to a model: the whole way in a minute or two."""

import json

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from hemo import phantom
from hemo.cli import main
from hemo.reader import Reader

SEEDS = range(700_000, 700_006)  # of no other phantom


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a quick run: its model and its log."""
    folder = tmp_path_factory.mktemp("quick")
    out, log = str(folder / "weights"), str(folder / "run")
    assert main(["train", "--quick", "--out", out, "--run", log]) == 0
    return folder


def test_the_losses_fall(run):
    """Of the slices and at the positions: the last epoch's are under the first's."""
    epochs = [json.loads(line) for line in (run / "run" / "log.jsonl").read_text().splitlines()]

    assert epochs[-1]["slice"] < 0.8 * epochs[0]["slice"]
    assert epochs[-1]["position"] < epochs[0]["position"]


def test_the_bleed_is_found(run):
    """Heads never seen: large hematomas apart from clear ones, and the evidence lies on them."""
    reader = Reader.load(run / "weights", engine="torch")
    bleeds = [phantom.draw("intraparenchymal", seed=s, size_mm=35) for s in SEEDS]
    clear = [phantom.draw(None, seed=s + 100) for s in SEEDS]

    found = reader.read_many([drawn.slice for drawn in [*bleeds, *clear]])

    logits = [reading.logit for reading in found]
    assert roc_auc_score([1] * len(bleeds) + [0] * len(clear), logits) > 0.9
    maps = [reading.evidence.values for reading in found[: len(bleeds)]]
    on_it = [
        bleed.mask.ravel()[int(np.argmax(values))]
        for bleed, values in zip(bleeds, maps, strict=True)
    ]
    assert sum(on_it) >= 5
