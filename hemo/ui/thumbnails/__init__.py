"""The small pictures on the example buttons: drawn once by ``docs/thumbnails.py``, then files.

Drawing nine heads takes seconds, and the page is not to wait for them.
"""

from pathlib import Path

from hemo import overlay
from hemo.slice import Slice
from hemo.ui.slices import data_uri
from hemo.windowing import to_display

HERE = Path(__file__).parent
SIDE = 168  # pixels; twice the size that it is shown at


def thumbnail(group: str, label: str) -> str:
    """The picture of an example as a data: URI.

    Args:
        group: "slice" or "series".
        label: the example's.
    """
    return data_uri(file_of(group, label).read_bytes())


def file_of(group: str, label: str) -> Path:
    """Where the picture of an example lies."""
    return HERE / f"{group}-{label.lower().replace(' ', '-')}.png"


def draw(slice_: Slice) -> bytes:
    """A small picture of a slice's head, PNG."""
    grey = to_display(slice_)
    height, width = grey.shape
    left, top, across, down = overlay.content(grey)
    head = grey[
        round(top * height) : round((top + down) * height),
        round(left * width) : round((left + across) * width),
    ]
    return overlay.to_png(overlay.to_grey(overlay.shrink(head, SIDE)))
