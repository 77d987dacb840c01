"""The Scoreboard tab: how good the model is, drawn from its card and from nothing else."""

import gradio as gr

from hemo.errors import HemoError
from hemo.ui.handlers import GetReader
from hemo.ui.parts import piece
from hemo.ui.views import View
from hemo.weights import Card


def build_tab(page: gr.Blocks, get_reader: GetReader) -> None:
    """Build the tab; called inside its ``gr.Tab``.

    Its script asks for the figures when the tab is first seen: outside the queue, and who does not
    look at them is sent none.

    Args:
        page: that it becomes part of.
        get_reader: waits until the model is loaded.
    """

    def figures(_: object) -> View:  # Gradio passes what the script sends: nothing
        try:
            return scores(get_reader().card)
        except HemoError as error:
            return {"missing": str(error)}

    piece("scoreboard", {}, server_functions=[figures])


def scores(card: Card) -> View:
    """What scoreboard.js draws: the card's figures as evaluation wrote them, none rounded.

    Returns:
        version, threshold, low, high: of the card;
        evaluation: of the card, as ``hemo.evaluation.schema`` describes it, less the checksums. An
            older card has less in it: the script says "not measured" of what is not there.
    """
    evaluation = {key: value for key, value in card.evaluation.items() if key != "files"}
    return {
        "version": card.version,
        "threshold": card.threshold,
        "low": card.low,
        "high": card.high,
        "evaluation": evaluation,
    }
