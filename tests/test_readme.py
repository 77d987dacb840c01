"""What README.md and the model card say is what evaluation measured."""

from pathlib import Path

from hemo import weights
from hemo.evaluation.model_card import model_card, readme_figures

ROOT = Path(__file__).parents[1]


def test_the_readmes_figures_are_the_cards():
    """The tables between the markers are those that the card makes."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = text.split("<!-- figures -->")[1].split("<!-- /figures -->")[0].strip()

    assert shown == readme_figures(weights.read_card(weights.DEFAULT))


def test_the_model_card_is_the_cards():
    """weights/README.md is what evaluation writes from card.json."""
    text = (weights.DEFAULT / "README.md").read_text(encoding="utf-8")

    assert text == model_card(weights.read_card(weights.DEFAULT))


def test_the_model_shown_is_the_model_evaluated():
    """The evaluation in the card is of these very files."""
    card = weights.read_card(weights.DEFAULT)

    assert card.evaluation["files"] == card.files
