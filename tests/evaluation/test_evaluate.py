"""Evaluation end to end, on a folder of pictures and a network of random weights."""

import numpy as np
import pytest
from PIL import Image

from hemo import phantom, weights
from hemo.errors import DataError
from hemo.evaluation.baseline import brightness, cross_validated, on_test
from hemo.evaluation.evaluate import evaluate
from hemo.evaluation.model_card import figures_table
from hemo.preprocessing import Preprocessing
from hemo.training.dataset import Sample, find_samples
from hemo.weights import Card
from hemo.windowing import to_display


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Forty heads, the brighter half with hemorrhage and a mask."""
    root = tmp_path_factory.mktemp("data")
    (root / "head_ct").mkdir()
    (root / "masks").mkdir()
    head = to_display(phantom.draw(None, seed=1, shape=(128, 128)).slice)
    y, x = np.ogrid[:128, :128]
    blob = (y - 60) ** 2 + (x - 50) ** 2 < 200
    for i in range(40):
        grey = (head * 255).astype(np.uint8)
        if i < 20:
            grey[blob] = 200 + i
            Image.fromarray((blob * 255).astype(np.uint8)).resize((227, 227)).save(
                root / "masks" / f"{i:03d}.png"
            )
        Image.fromarray(grey).save(root / "head_ct" / f"{i:03d}.png")
    rows = "".join(f"{i},{int(i < 20)}\n" for i in range(40))
    (root / "labels.csv").write_text("id,hemorrhage\n" + rows)
    return root


@pytest.fixture
def model(tmp_path, random_networks):
    """A weights folder with a README beside it that wants the figures."""
    network, _ = random_networks["linear"]
    tensors = {
        name: tensor.numpy()
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    folder = tmp_path / "weights"
    weights.save(folder, tensors, Card("0.0", preprocessing=Preprocessing(size=64)))
    (tmp_path / "README.md").write_text("a\n<!-- figures -->\nold\n<!-- /figures -->\nb\n")
    return folder


def test_evaluation_writes_what_it_found(data, model):
    """Card, model card and README hold the same figures, each with its interval and baseline."""
    found = evaluate(model, [data], phantoms=4, report=lambda _: None)

    card = weights.read_card(model)
    ours, phantoms = found["test"]["kaggle200"], found["test"]["phantom"]
    tests = [s for s in find_samples([data]) if s.split == "test"]
    assert card.evaluation == found
    assert ours["n"] == len(tests)
    assert ours["auc"]["low"] <= ours["auc"]["value"] <= ours["auc"]["high"]
    assert ours["pointing"]["n"] == sum(s.label for s in tests)
    # Bright blobs: brightness alone tells these pictures apart.
    assert ours["baseline"]["accuracy"]["value"] == 1
    assert set(phantoms["sensitivity_by_kind"]) == {"intraparenchymal", "subdural"}
    readme = (model.parent / "README.md").read_text()
    assert readme == f"a\n<!-- figures -->\n{figures_table(card)}\n<!-- /figures -->\nb\n"
    assert figures_table(card) in (model / "README.md").read_text()


def test_a_model_is_not_tested_on_what_it_learnt_from(data, model):
    """A card whose training groups are among this split's test groups is refused."""
    from dataclasses import replace

    test_group = next(s.group for s in find_samples([data]) if s.split == "test")
    card = weights.read_card(model)
    training = {"groups": {"kaggle200": [test_group]}}
    weights.write_card(model, replace(card, training=training))

    with pytest.raises(DataError, match="trained on groups"):
        evaluate(model, [data], phantoms=0, report=lambda _: None)


def test_brightness_is_of_the_middle(tmp_path):
    """A picture of 0 with a middle of 0.2 and 0.6, half and half: rows and columns 3 to 6 of 10."""
    pixels = np.zeros((10, 10), np.uint8)
    pixels[3:7, 3:5], pixels[3:7, 5:7] = 51, 153
    Image.fromarray(pixels).save(tmp_path / "a.png")

    mean, deviation, high = brightness(Sample(tmp_path / "a.png", "folder", 0, "a"))

    assert mean == pytest.approx(0.4, abs=1e-6)
    assert deviation == pytest.approx(0.2, abs=1e-6)
    assert high == pytest.approx(0.6, abs=1e-6)


def test_the_baseline_finds_bright_pictures(data):
    """By training split and by cross-validation: these pictures are separable."""
    samples = find_samples([data])
    train = [s for s in samples if s.split == "train"]
    test = [s for s in samples if s.split == "test"]

    for scores, scored in ((on_test(train, test), test), (cross_validated(samples), samples)):
        assert ((scores >= 0) == [s.label == 1 for s in scored]).all()


def test_the_real_baseline_is_what_is_known_of_it(shared_data):
    """Brightness alone on the 200, grouped: about 0.87 accuracy and 0.91 AUC."""
    from sklearn.metrics import roc_auc_score

    samples = find_samples([shared_data / "kaggle200"])
    scores, labels = cross_validated(samples), np.array([s.label for s in samples])

    assert ((scores >= 0) == labels).mean() == pytest.approx(0.866, abs=0.05)
    assert roc_auc_score(labels, scores) == pytest.approx(0.909, abs=0.04)
