"""What a trained model's card says of the model that it went on from."""

from hemo import weights
from hemo.training.train import inherited
from hemo.weights import Card


def before(monkeypatch, **fields):
    """Let a card be the shipped model's."""
    monkeypatch.setattr(weights, "read_card", lambda _: Card("0.1", **fields))


def test_the_runs_before_are_told_in_their_order(monkeypatch):
    """Without their groups, which are the new run's own; each with its version."""
    first = {"version": "0.0", "recipe": "old"}
    before(monkeypatch, training={"recipe": "hemo", "groups": {"phe": ["1"]}, "before": [first]})

    card = inherited(Card("0.2", training={"recipe": "subdural", "groups": {"phe": ["1"]}}))

    assert card.training == {
        "recipe": "subdural",
        "groups": {"phe": ["1"]},
        "before": [first, {"version": "0.1", "recipe": "hemo"}],
    }


def test_figures_of_a_source_left_out_stay_and_no_others(monkeypatch):
    """They name their model; all else is to be measured again."""
    left_out = {"phe": {"model": "0.1"}}
    before(monkeypatch, evaluation={"left_out": left_out, "test": {"phe": {}}})

    assert inherited(Card("0.2")).evaluation == {"left_out": left_out}
    before(monkeypatch)
    assert inherited(Card("0.2")).evaluation == {}
