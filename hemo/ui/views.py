"""What the page shows, as plain JSON values: the server's half of the contract with the scripts.

viewer (viewer.js with viewer_*.js; every tab has one: ``parts.viewer(elem_id, value)``)
    state     "empty" | "busy" | "shown" | "message"; while "busy" the last slices stay, veiled
    slices    list of slices as below, in their order; missing or empty where there is none.
              "busy" may carry slices: those of a series that are there already
    index     which of them to show; missing: the one in view stays (when a series grows)
    message   null, or {title, sentence, note, actions}, over the picture; note may be missing, as
              may actions: buttons {name, label}, named "anyway" (send the file again, to be read
              whatever the gate says), "show" (the picture as it is) or "forget" (all of it); any
              other name is told to whoever listens: hemo:action {viewer, name}
    blurred   whether the pictures are blurred, under the message, until somebody asks to see them
    evidence  false: the overlay is off to begin with (a learner has not answered yet)
    pair      true: the two slices are one before and after something; compare shows both
    compare   true: compare is on to begin with
    keep      true: zoom and place stay as they are
    marks     [{x, y, label}] in pixels of the slice's grid: crosses over it (a learner's click)

a slice of the viewer (``slices.slice_view``)
    width, height   of the slice's own grid, in pixels; all other pixels below are of this grid,
                    (0, 0) the centre of the first
    spacing   [row, column] mm, or null
    aspect    the picture's width over its height in millimetres
    units     "HU" | "display": display slices keep their window, the viewer says why
    pixels    {kind, width, height, data}; smaller than the grid where that is larger than LONGEST
              kind "hu16": data is base64 of zlib (RFC 1950: DecompressionStream("deflate")) of
                int16 little-endian [height, width], each the difference to its left neighbour
                (the first of a row as it is), modulo 2**16; the sum is Hounsfield units
              kind "grey": data is a data: URI of an 8-bit grey PNG [height, width]
    content   [left, top, width, height] as fractions of the picture: where something is shown
    caption   lines of text
    number    in its series, from 1
    label     short, under its thumbnail ("12", or empty)
    probability, percent, band   of its reading; null where there is none
    note      null, or a sentence over the picture's foot (why this slice of a series is not read)
    evidence  null, or {cells, view, bias, limit, unit, name}: cells [h][w] in logits per cell;
              view {top, left, side}: the square of the grid that they tile (it may lie partly
              outside); bias: the rest of the logit; limit: logits per cell at which the colour is
              full, the same for all slices; unit and name in words
    regions   list of {number, label, logits, amount, outline, centre}: outline a list of polygons
              [[x, y], …], holes among them; amount the logits in words ("+3.1")
    truth     null, or a list of polygons: the outline of what was painted there (Teach), dashed

    The viewer tells, as events on the document and, where a tab listens with ``viewer.pick(…)`` or
    ``viewer.brush(…)``, to the server; in all of them ``viewer`` is the elem_id:
        hemo:pick {viewer, index, x, y}     a click or Enter at the cross hair, where picking is on
        hemo:brush {viewer, index, width, height, mask}   a stroke has ended; mask: base64 of
                                            zlib of uint8 [height, width], 0 or 1; "" when cleared
        hemo:slice {viewer, index}          another slice is in view
        hemo:action {viewer, name}          a button of the message other than the three above
        hemo:anyway, hemo:forget {viewer}   those two
        hemo:shown {viewer, value}          it draws another value
    and is told, where ``viewer`` may be missing for all of them:
        hemo:goto {viewer, index}           show that slice
        hemo:tool {viewer, tool, clear}     "look" (drag moves or windows) | "pick" | "brush";
                                            clear: what the brush has painted goes
        hemo:show {viewer, value}           draw this value, as if the server had sent it
        hemo:fill {viewer, number}          paint a region with the brush
        hemo:highlight {viewer, number}     a region, 0 for none
        hemo:forget {viewer}                nothing is left of any slice

reading (reading.js)
    state     "empty" | "busy" | "read" | "message"
    and the texts of that state; see the functions below. A text may have a one-line explanation,
    ``hints[name]``, shown on hover and focus

footer (footer.js)
    parts     short texts, left to right
"""

from dataclasses import dataclass
from typing import Any

from hemo import report
from hemo.gate import LETTERS, Refusal, has_burned_in_text
from hemo.reader import Reader, Reading
from hemo.regions import Parts
from hemo.report import hints, made_of
from hemo.slice import Slice
from hemo.ui.slices import explain, slice_view
from hemo.weights import Card

View = dict[str, Any]
ANYWAY: View = {"name": "anyway", "label": report.READ_ANYWAY}
SHOW: View = {"name": "show", "label": report.SHOW}
FORGET: View = {"name": "forget", "label": report.FORGET}


@dataclass(frozen=True)
class Page:
    """The values that change when a slice is read; footer None: it stays as it is."""

    viewer: View
    reading: View
    footer: View | None = None


def empty() -> Page:
    """Before anything was asked."""
    message = {"title": report.EMPTY, "sentence": report.EMPTY_MORE}
    return Page(
        viewer=viewer_value("empty", message=message),
        reading={"state": "empty", "sentence": report.EMPTY_READING},
    )


def busy() -> Page:
    """While a slice is read: the viewer keeps the last one under its veil."""
    return Page(viewer={"state": "busy"}, reading={"state": "busy"})


def failed(sentence: str) -> Page:
    """Nothing to show but why."""
    message = {"title": report.NOT_READ, "sentence": sentence}
    return Page(
        viewer=viewer_value("message", message=message),
        reading={"state": "message", **message},
    )


def refused(
    slice_: Slice, refusal: Refusal, card: Card, synthetic: bool = False, truth: str = ""
) -> Page:
    """The slice, and why it got no reading."""
    message = {"title": report.NOT_READ, "sentence": refusal.sentence}
    blurred = has_burned_in_text(slice_)
    actions = [ANYWAY] if refusal.judgement and not synthetic else []
    buttons = {"actions": actions + [FORGET] * blurred}
    return Page(
        viewer=viewer_value(
            "message",
            slices=[slice_view(slice_, refusal, card, synthetic=synthetic)],
            message=message | buttons | ({"note": report.BLURRED} if blurred else {}),
            blurred=blurred,
        ),
        reading={
            "state": "message",
            **message,
            "measurement": refusal.measurement,
            "reason": refusal.reason,
            "truth": truth,
        },
    )


def shown(
    slice_: Slice, reading: Reading, card: Card, synthetic: bool = False, truth: str = ""
) -> Page:
    """The slice, the evidence on it and the reading beside it."""
    blurred = LETTERS in reading.warnings
    found = explain(slice_, reading, card)
    return Page(
        viewer=viewer_value(
            "shown",
            slices=[slice_view(slice_, reading, card, synthetic=synthetic, explained=found)],
            message=_letters() if blurred else None,
            blurred=blurred,
        ),
        reading=panel(slice_, reading, card, found) | {"truth": truth},
    )


def viewer_value(state: str, **parts: object) -> View:
    """A value of the viewer that starts afresh at its first slice."""
    return {"state": state, "slices": [], "index": 0, "message": None, "blurred": False} | parts


def _letters() -> View:
    """What is said over a picture that may name somebody, before it is shown."""
    return {
        "title": report.LETTERS_TITLE,
        "sentence": report.BLURRED,
        "actions": [SHOW, FORGET],
    }


def panel(slice_: Slice, reading: Reading, card: Card, found: Parts | None = None) -> View:
    """The reading in words and numbers; the two numbers as computed go along as well.

    Args:
        slice_: what was read.
        reading: of it.
        card: of the model.
        found: what the logit is made of, where it is at hand (see ``slices.explain``).
    """
    found = found or explain(slice_, reading, card)
    lines, logit = made_of.composition(found)
    return {
        "state": "read",
        "probability": float(reading.probability),
        "logit": float(reading.logit),
        "percent": report.percent(reading.probability),
        "observed": made_of.observed(reading.probability, card),
        "band": reading.band,
        "title": report.title(reading.band),
        "sentence": report.sentence(reading.band),
        "bar": {"low": card.low, "high": card.high, "threshold": card.threshold},
        "limits": report.limits(card),
        "parts": [
            {"label": line.label, "amount": line.amount, "hint": line.hint, "region": line.region}
            for line in lines
        ],
        "total": f"{logit} → {report.percent(reading.probability)}",
        "words": made_of.in_words(found),
        "calibration": report.calibration(card),
        "hints": hints.READING,
        "warnings": list(reading.warnings),
        "model": report.model(reading),
    }


def footer(reader: Reader, seconds: float | None = None) -> View:
    """The model, how it computes, how long the last reading took, what evaluation measured."""
    took = [] if seconds is None else [report.duration(seconds)]
    return {
        "parts": [
            report.network(reader.card, reader.engine),
            *took,
            *report.figures(reader.card.evaluation),
        ]
    }
