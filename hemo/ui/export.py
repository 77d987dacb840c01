"""The report of a slice as one PDF page, for export.js. PNG and JSON the browser makes itself."""

from base64 import b64encode
from collections.abc import Iterator
from threading import Event
from typing import Any

from hemo.errors import HemoError
from hemo.reader import Reader, Reading
from hemo.ui.slices import View, explain, restored


def pdf(asked: dict[str, Any], reader: Reader, stopped: Event) -> Iterator[View]:
    """Read the slice that the browser shows and set it on a page.

    The server has kept nothing of it, and keeps nothing: the file goes as a data: URI.

    Args:
        asked: {slice}, as the viewer holds it.
        reader: that reads it.
        stopped: not used; a page is set at once.

    Yields:
        {pdf}.

    Raises:
        HemoError: there is no such slice, or it cannot be read.
    """
    from hemo.report.pdf import to_pdf  # reportlab: not before somebody wants a page

    slice_ = restored(asked["slice"])
    result = reader.read(slice_, anyway=True)
    if not isinstance(result, Reading):
        raise HemoError(result.sentence)
    found = explain(slice_, result, reader.card)
    page = to_pdf(slice_, result, reader.card, found)
    yield {"pdf": "data:application/pdf;base64," + b64encode(page).decode("ascii")}
