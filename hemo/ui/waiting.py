"""What every tab says of the server: a visitor's place in line, "busy", and that it went away."""

import gradio as gr

from hemo.report import waiting
from hemo.ui.parts import piece

MOST_WAITING = 64  # questions; who comes then is told so at once, rather than waits for minutes


def build() -> gr.HTML:
    """The line under the header; empty and invisible while there is nothing to say."""
    return piece(
        "waiting",
        {
            "lost": waiting.LOST,
            "back": waiting.BACK,
            "again": waiting.AGAIN,
            "busy": waiting.busy(MOST_WAITING),
            "next": waiting.NEXT,
            "place": waiting.PLACE,
            "eta": waiting.ETA,
        },
    )
