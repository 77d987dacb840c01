"""Evaluation end to end, on a folder of pictures and a network of random weights."""

import shutil
from dataclasses import replace
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import numpy as np
import pytest
from PIL import Image

from hemo import phantom, weights
from hemo.errors import DataError, MissingExtraError
from hemo.evaluation.baseline import brightness, cross_validated, on_test
from hemo.evaluation.evaluate import Amounts, evaluate
from hemo.evaluation.model_card import model_card, readme_figures
from hemo.evaluation.plots import PLOTS
from hemo.evaluation.schema import Evaluation
from hemo.preprocessing import Preprocessing
from hemo.reader import Reader
from hemo.training.dataset import Sample, find_samples
from hemo.weights import Card
from hemo.windowing import to_display


def misfits(value, shape, where="evaluation"):
    """Where a value is not of the shape that a TypedDict, a list or a dict of them asks for."""
    if shape is Any:
        return []
    if is_typeddict(shape):
        if not isinstance(value, dict):
            return [where]
        hints = get_type_hints(shape)
        wrong = [f"{where}.{key}" for key in shape.__required_keys__ - value.keys()]
        wrong += [f"{where}.{key}: unknown" for key in value.keys() - hints.keys()]
        parts = [(value[key], hints[key], f"{where}.{key}") for key in value.keys() & hints.keys()]
    elif get_origin(shape) in (list, dict):
        if not isinstance(value, get_origin(shape)):
            return [where]
        items = value.items() if isinstance(value, dict) else enumerate(value)
        wrong, parts = [], [(v, get_args(shape)[-1], f"{where}[{k}]") for k, v in items]
    else:
        numbers = (int, float) if shape is float else shape
        right = isinstance(value, numbers) and not isinstance(value, (bool, NoneType))
        return [] if right else [f"{where} is {value!r}, not {shape.__name__}"]
    return wrong + [misfit for part in parts for misfit in misfits(*part)]


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


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    """A folder that holds a card, with a README beside it that wants the figures."""
    tmp_path = tmp_path_factory.mktemp("model")
    folder = tmp_path / "weights"
    folder.mkdir()
    card = Card("0.0", preprocessing=Preprocessing(size=64), low=0.2, high=0.8)
    weights.write_card(folder, card)
    (tmp_path / "README.md").write_text("a\n<!-- figures -->\nold\n<!-- /figures -->\nb\n")
    return folder


@pytest.fixture(scope="module")
def real_model_folder(tmp_path_factory, random_networks):
    """A whole weights folder."""
    tmp_path = tmp_path_factory.mktemp("real")
    network, _ = random_networks["linear"]
    tensors = {
        name: tensor.numpy()
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    folder = tmp_path / "weights"
    weights.save(folder, tensors, Card("0.0", preprocessing=Preprocessing(size=64)))
    return folder


FEW, NONE = Amounts(phantoms=6, painted=4, altered=12), Amounts(0, 0, 0)


@pytest.fixture(scope="module")
def evaluated(data, model_folder, quick, tmp_path_factory):
    """A model after its evaluation, itself in the place of the model left out; what was said."""
    store, said = tmp_path_factory.mktemp("store"), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "load", quick)
        found = evaluate(
            model_folder,
            [data],
            amounts=FEW,
            without=model_folder,
            store=store,
            report=said.append,
        )
    return found, model_folder, store, said


def test_a_real_network_is_evaluated(data, real_model_folder):
    """ResNet-152 of random weights: the figures are of every test slice."""
    found = evaluate(
        real_model_folder, [data], amounts=NONE, plots=False, store=None, report=lambda _: None
    )

    tests = [s for s in find_samples([data]) if s.split == "test"]
    assert found["engine"] == "torch"
    assert found["test"]["kaggle200"]["n"] == len(tests)
    assert misfits(found, Evaluation) == []


def test_evaluation_writes_what_it_found(data, evaluated):
    """Card, model card and README hold the same figures, each with its interval and baseline."""
    found, folder, _, _ = evaluated

    card = weights.read_card(folder)
    ours = found["test"]["kaggle200"]
    tests = [s for s in find_samples([data]) if s.split == "test"]
    assert card.evaluation == found
    assert ours["n"] == len(tests)
    assert ours["auc"]["low"] <= ours["auc"]["value"] <= ours["auc"]["high"]
    assert sum(ours["confusion"].values()) == ours["n"]
    assert ours["pointing"]["n"] == sum(s.label for s in tests)
    # Bright blobs: brightness alone tells these pictures apart.
    assert ours["baseline"]["accuracy"]["value"] == 1
    readme = (folder.parent / "README.md").read_text()
    assert readme == f"a\n<!-- figures -->\n{readme_figures(card)}\n<!-- /figures -->\nb\n"
    assert (folder / "README.md").read_text() == model_card(card)


def test_the_card_holds_what_the_schema_says(evaluated):
    """Every key, to the last interval; nothing that is no JSON number."""
    found, folder, _, _ = evaluated

    assert misfits(found, Evaluation) == []
    text = (folder / "card.json").read_text()
    assert "NaN" not in text and "Infinity" not in text


def test_every_plot_is_drawn_and_shown(evaluated):
    """The files are there, small, and the model card shows each."""
    found, folder, _, _ = evaluated
    card = (folder / "README.md").read_text()

    assert found["plots"] == [f"{name}.svg" for name in PLOTS]
    for name in found["plots"]:
        assert 2_000 < (folder / "plots" / name).stat().st_size < 150_000
        assert f"(plots/{name})" in card


def test_the_left_out_model_is_tested_on_all_of_the_200(evaluated):
    """Not on its test groups alone: none of these slices was trained on."""
    left_out = evaluated[0]["left_out"]["kaggle200"]

    assert (left_out["n"], left_out["positives"]) == (40, 20)


def test_a_second_run_reads_nothing_again(data, evaluated, quick, monkeypatch):
    """What the first run read is remembered, and gives the same figures."""
    found, folder, store, _ = evaluated

    def never(*_):
        raise AssertionError("read again")

    monkeypatch.setattr(Reader, "load", quick)
    monkeypatch.setattr("hemo.evaluation.readings.Readings._read", never)
    again = evaluate(
        folder, [data], amounts=FEW, without=folder, store=store, report=lambda _: None
    )

    assert again | {"minutes": 0} == found | {"minutes": 0}


def test_the_model_card_tells_the_runs_before(model_folder):
    """In their order, each under its version."""
    first = {"version": "0.1", "recipe": "hemo", "epochs": 11, "minutes": 66.0, "device": "cpu"}
    card = replace(weights.read_card(model_folder), training={"recipe": "x", "before": [first]})

    text = model_card(card)

    assert "Model 0.1, which it went on from:\n\n* recipe: hemo\n* 11 epochs, 66 min" in text
    assert text.index("* recipe: hemo") < text.index("This model:") < text.index("* recipe: x")


def test_progress_says_how_long(evaluated):
    """Readings done, planned, and the time left."""
    assert any("readings" in line and "left" in line for line in evaluated[3])


def test_without_matplotlib_it_says_what_is_missing(data, model_folder, monkeypatch):
    """Before anything is read: the feature and the line that installs it."""
    monkeypatch.setattr("hemo.evaluation.plots.find_spec", lambda _: None)

    with pytest.raises(MissingExtraError, match=r"plots.*pip install -e '\.\[evaluate\]'"):
        evaluate(model_folder, [data])


def test_a_model_is_not_tested_on_what_it_learnt_from(
    data, model_folder, quick, tmp_path, monkeypatch
):
    """A card whose training groups are among this split's test groups is refused."""
    monkeypatch.setattr(Reader, "load", quick)
    test_group = next(s.group for s in find_samples([data]) if s.split == "test")
    folder = shutil.copytree(model_folder, tmp_path / "weights")
    training = {"groups": {"kaggle200": [test_group]}}
    weights.write_card(folder, replace(weights.read_card(folder), training=training))

    with pytest.raises(DataError, match="trained on groups"):
        evaluate(folder, [data], amounts=FEW, store=None, report=lambda _: None)


def test_what_trust_measured_of_these_weights_stays(
    data, model_folder, evaluated, quick, tmp_path, monkeypatch
):
    """Of other weights it goes; the left-out model that is not measured again stays in any case."""
    monkeypatch.setattr(Reader, "load", quick)
    folder = shutil.copytree(model_folder, tmp_path / "weights")
    card = weights.read_card(folder)
    earlier = {k: v | {"model": "0.0"} for k, v in evaluated[0]["left_out"].items()}
    kept = {"files": {}, "localisation": {"default": "x"}, "left_out": earlier}
    for old, expected in ((kept, True), (kept | {"files": {"a": "b"}}, False)):
        weights.write_card(folder, replace(card, evaluation=old))
        found = evaluate(
            folder, [data], amounts=NONE, plots=False, store=tmp_path, report=lambda _: None
        )

        assert ("localisation" in found) == expected
        assert found["left_out"] == earlier


def test_brightness_is_of_the_middle(tmp_path):
    """A picture of 0 with a middle of 0.2 and 0.6, half and half: rows and columns 3 to 6 of 10."""
    pixels = np.zeros((10, 10), np.uint8)
    pixels[3:7, 3:5], pixels[3:7, 5:7] = 51, 153
    Image.fromarray(pixels).save(tmp_path / "a.png")

    mean, deviation, high = brightness(Sample(tmp_path / "a.png", "folder", 0, "a").slice())

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
