"""Tests of hemo.evaluation.trust: a whole run on synthetic slices with a network by hand."""

import json

import numpy as np
import pytest

from hemo import methods, phantom, weights
from hemo.evaluation import trust, trust_cases, trust_faithful, trust_places, trust_random
from hemo.evaluation.trust_cases import Case, Looked, evenly
from hemo.methods.look import Look
from hemo.overlay import to_png
from hemo.trust import Stability, Variant

FREE = {name: m for name, m in methods.METHODS.items() if trust.free(name)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve bleeds with masks and six heads without, laid out like the 200."""
    root = tmp_path_factory.mktemp("data") / "kaggle200"
    for name in ("head_ct", "masks"):
        (root / name).mkdir(parents=True)
    rows = ["id,hemorrhage"]
    for number in range(18):
        kind = "intraparenchymal" if number < 12 else None
        drawn = phantom.draw(kind, seed=number, size_mm=30 if kind else None)
        phantom.write_png(drawn.slice, root / "head_ct" / f"{number:03d}.png")
        rows.append(f"{number},{int(kind is not None)}")
        if kind:
            mask = to_png(drawn.mask.astype(np.uint8) * 255)
            (root / "masks" / f"{number:03d}.png").write_bytes(mask)
    (root / "labels.csv").write_text("\n".join(rows) + "\n")
    return root


@pytest.fixture
def run(folder, tiny_reader, tmp_path, monkeypatch):
    """A run with the methods of the last layer and a network that nothing is drawn anew in."""
    weights.write_card(tmp_path, weights.Card(version="x", evaluation={"test": {"kept": 1}}))
    monkeypatch.setattr(trust.Reader, "load", lambda folder, engine=None: tiny_reader)
    monkeypatch.setattr(trust, "METHODS", FREE)
    monkeypatch.setattr(trust_random, "correlations", lambda looked, maps, seed, tick: {})
    found = trust.evaluate_trust(
        tmp_path, [folder], amounts=trust.Amounts(1, 2), report=lambda line: None
    )
    return tmp_path, found


def test_a_run_measures_every_method_and_writes_the_card(run):
    """All sources and figures are there, JSON can hold them, and what others wrote is kept."""
    written, found = run
    card = weights.read_card(written)

    assert set(found["methods"]) == set(FREE)
    assert set(found["methods"]["grad_cam"]) >= {"kaggle200", "painted", "painted_kinds", "scale"}
    assert set(found["deletion"]) == {*FREE, "chance"} or not found["deletion"]
    assert found["stability"]["spread"]["n"] == 2
    assert card.evaluation["test"] == {"kept": 1}
    assert card.evaluation["localisation"] == json.loads(json.dumps(found))
    assert card.evidence_method == found["default"] in trust.SHOWN
    assert card.evidence_scale == found["methods"][found["default"]]["scale"]
    assert "chosen on validation" in trust.summary(found)


def test_without_bleeds_of_known_place_there_is_nothing_to_measure(tiny_reader, tmp_path):
    """Masks are what it needs."""
    (tmp_path / "labels.csv").write_text("id,hemorrhage\n0,0\n1,1\n")

    with pytest.raises(trust.DataError, match="known place"):
        trust._Measurement(tiny_reader, [tmp_path], trust.Amounts(0, 1), lambda line: None)


def test_a_few_cases_are_taken_evenly(tiny_reader):
    """Three sources, four cases: every source is there, and groups take turns."""

    def looked(source, group):
        one = Looked.__new__(Looked)
        empty = np.zeros((2, 2), np.float32)
        one.case = Case(source, "test", group, None, empty > 0)
        return one

    cases = [looked("phe", "a"), looked("phe", "a"), looked("phe", "b"), looked("k", "c")]
    chosen = evenly(cases, 3)

    assert [c.case.source for c in chosen] == ["phe", "k", "phe"]
    assert [c.case.group for c in chosen if c.case.source == "phe"] == ["a", "b"]
    assert len(evenly(cases, 99)) == 4


def test_the_area_under_a_curve_is_its_mean_height():
    """From 1 to 0 in a straight line over the shares: one half."""
    shares = np.array([0.0, *trust_faithful.SHARES])

    assert trust_faithful.area(list(1 - shares / shares[-1])) == pytest.approx(0.5)
    assert trust_faithful.area([0.3] * 4) == pytest.approx(0.3)


def test_road_favours_a_map_that_knows_where_the_bright_spot_is(tiny_reader):
    """Removing the spot first costs more than removing it last; the map turned over is worse."""
    drawn = phantom.draw("intraparenchymal", seed=4, side="left", size_mm=40)
    looked = Looked(Case("painted", "test", "a", drawn.slice, drawn.mask), tiny_reader)
    cells = methods.METHODS["grad_cam"].compute(looked.look).cells

    assert trust_faithful.road(looked, cells) > trust_faithful.road(looked, -cells)


def test_how_much_more_faithful_is_counted_slice_by_slice():
    """Of three slices: what is left by deletion counts the other way; a method saw one of them."""
    rows = {
        "guided": [("a", [0.2, 0.9, 0.8]), ("b", [0.4, 0.7, 0.6]), ("b", [0.3, 0.8, 0.7])],
        "grad_cam_7": [("a", [0.5, 0.6, 0.8]), ("b", [0.4, 0.7, 0.9]), ("b", [0.6, 0.8, 0.7])],
        "occlusion": [("a", [0.1, 0.5, 0.5])],
        "chance": [],
    }
    found = trust_faithful.figures(rows, "guided", "grad_cam_7")

    assert found["deletion"]["guided"]["value"] == pytest.approx(0.3)
    assert found["deletion"]["guided"]["n"] == 3 and found["road"]["occlusion"]["n"] == 1
    assert "chance" not in found["insertion"]
    by = {fact: figure["value"] for fact, figure in found["faithful_by"].items()}
    assert by == pytest.approx({"deletion": 0.2, "insertion": 0.1, "road": -0.1})


def test_changed_answers_are_counted():
    """Two of four variants on the other side of the operating point."""
    found = Stability(0.7, tuple(Variant("turn", (1.0,), p, 1.0) for p in (0.9, 0.4, 0.6, 0.1)))

    assert trust._changed(found, 0.5) == 0.5


def test_maps_are_alike_by_rank():
    """A monotone change keeps ranks, a sign turns them, an even map has none."""
    cells = np.random.default_rng(0).random((14, 14), dtype=np.float32)

    assert trust_random.alike(cells, cells * 3 + 1) == pytest.approx(1)
    assert trust_random.alike(cells, -cells) == pytest.approx(-1)
    assert trust_random.alike(cells, np.ones((14, 14), np.float32)) == 0
    assert trust_random.alike(cells, np.full((14, 14), np.nan, np.float32)) == 0


def test_a_cascade_redraws_the_head_then_layer4_then_layer3(random_networks):
    """Each stage keeps what lies before it; the trained network itself is left alone."""
    network, head = random_networks["linear"]
    before = network.layer4[0].conv1.weight.clone()
    stages = dict(trust_random._cascade(network, head, seed=0))

    def weight(stage, layer):
        return getattr(stages[stage][0]._network, layer)[0].conv1.weight

    assert list(stages) == ["head", "layer4", "layer3"]
    assert (network.layer4[0].conv1.weight == before).all()
    assert (weight("head", "layer4") == before).all()
    assert not (weight("layer4", "layer4") == before).all()
    assert (weight("layer4", "layer3") == network.layer3[0].conv1.weight).all()
    assert not (weight("layer3", "layer3") == network.layer3[0].conv1.weight).all()
    assert not (stages["head"][1].weight == head.weight).all()


def test_a_painted_case_knows_its_kind_and_size(tiny_reader, folder):
    """Bleeds of all kinds and sizes on test slices without one."""
    samples = [s for s in trust.find_samples([folder], seed=0) if s.split == "test"]
    cases = list(trust_cases.painted_cases(samples, tiny_reader, 1))

    assert {c.source for c in cases} == {"painted"}
    assert {("subdural", "small"), ("subdural", "large")} <= {(c.kind, c.size) for c in cases}
    assert all(c.target.any() for c in cases)
    assert list(trust_cases.painted_cases([], tiny_reader, 1)) == []


def test_features_are_forgotten_and_come_back(tiny_reader):
    """A rested case holds its probability and maps, not its features."""
    drawn = phantom.draw("intraparenchymal", seed=4)
    looked = Looked(Case("painted", "test", "a", drawn.slice, drawn.mask), tiny_reader)
    probability = looked.probability
    looked.rested()

    assert "features" not in looked.look.__dict__
    assert looked.probability == probability
    assert looked.look.features.shape == (2, 14, 14)
    assert isinstance(looked.look, Look) and trust_places.METHODS is methods.METHODS
