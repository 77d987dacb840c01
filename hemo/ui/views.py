"""What the page shows, as plain JSON values: the server's half of the contract with the scripts.

viewer (viewer.js)
    state     "empty" | "busy" | "shown" | "message"
    slice     null, or {png, width, height, aspect, content}: a data: URI, the slice's size in
              pixels, the picture's width over its height in millimetres, and where on it
              something is to be seen: [left, top, width, height] as fractions of the picture
    evidence  null, or {png, bar, limit, unit, name}: transparent RGBA of the overlay and of its
              colour bar as data: URIs, the value at the ends of the bar
    caption   lines of text
    message   null, or {title, sentence, note, actions}, over the picture; note may be missing, as
              may actions: buttons {name, label}, named "anyway" (send the file again, to be read
              whatever the gate says), "show" (the picture as it is) or "forget" (all of it)
    blurred   whether the picture is blurred, under its message, until somebody asks to see it

reading (reading.js)
    state     "empty" | "busy" | "read" | "message"
    and the texts of that state; see the functions below

footer (footer.js)
    parts     short texts, left to right
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from hemo import overlay, report
from hemo.gate import LETTERS, Refusal, has_burned_in_text
from hemo.reader import Reader, Reading
from hemo.slice import Slice
from hemo.weights import Card
from hemo.windowing import to_display

View = dict[str, Any]
ANYWAY: View = {"name": "anyway", "label": report.READ_ANYWAY}
SHOW: View = {"name": "show", "label": report.SHOW}
FORGET: View = {"name": "forget", "label": report.FORGET}
LONGEST = 1536  # pixels: more than a screen shows of one slice


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
        viewer=_viewer("empty", message=message),
        reading={"state": "empty", "sentence": report.EMPTY_READING},
    )


def busy() -> Page:
    """While a slice is read."""
    return Page(viewer=_viewer("busy"), reading={"state": "busy"})


def failed(sentence: str) -> Page:
    """Nothing to show but why."""
    message = {"title": report.NOT_READ, "sentence": sentence}
    return Page(
        viewer=_viewer("message", message=message),
        reading={"state": "message", **message},
    )


def refused(slice_: Slice, refusal: Refusal, synthetic: bool = False, truth: str = "") -> Page:
    """The slice, and why it got no reading."""
    message = {"title": report.NOT_READ, "sentence": refusal.sentence}
    blurred = has_burned_in_text(slice_)
    actions = [ANYWAY] if refusal.judgement and not synthetic else []
    buttons = {"actions": actions + [FORGET] * blurred}
    return Page(
        viewer=_viewer(
            "message",
            slice=picture(slice_),
            caption=report.caption(slice_, synthetic),
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
    return Page(
        viewer=_viewer(
            "shown",
            slice=picture(slice_),
            evidence=evidence(reading, card),
            caption=report.caption(slice_, synthetic),
            message=_letters() if blurred else None,
            blurred=blurred,
        ),
        reading=panel(reading, card) | {"truth": truth},
    )


def _letters() -> View:
    """What is said over a picture that may name somebody, before it is shown."""
    return {
        "title": report.LETTERS_TITLE,
        "sentence": report.BLURRED,
        "actions": [SHOW, FORGET],
    }


def panel(reading: Reading, card: Card) -> View:
    """The reading in words and numbers; the two numbers as computed go along as well."""
    parts, logit = report.composition(reading)
    return {
        "state": "read",
        "probability": float(reading.probability),
        "logit": float(reading.logit),
        "percent": report.percent(reading.probability),
        "band": reading.band,
        "title": report.title(reading.band),
        "sentence": report.sentence(reading.band),
        "bar": {"low": card.low, "high": card.high, "threshold": card.threshold},
        "limits": report.limits(card),
        "parts": [{"label": part.label, "amount": part.amount} for part in parts],
        "total": f"{logit} → {report.percent(reading.probability)}",
        "calibration": report.calibration(card),
        "warnings": list(reading.warnings),
        "model": report.model(reading),
    }


def picture(slice_: Slice) -> View:
    """The slice in its window as a grey PNG."""
    height, width = slice_.shape
    row_mm, column_mm = slice_.spacing or (1.0, 1.0)
    grey = overlay.shrink(to_display(slice_), LONGEST)
    return {
        "png": data_uri(overlay.to_png(overlay.to_grey(grey))),
        "width": width,
        "height": height,
        "aspect": (width * column_mm) / (height * row_mm),
        "content": list(overlay.content(grey)),
    }


def evidence(reading: Reading, card: Card) -> View:
    """The overlay as a transparent PNG, with the bar that explains its colours."""
    per_cell = overlay.shrink(reading.evidence.per_cell, LONGEST)
    return {
        "png": data_uri(overlay.to_png(overlay.colour(per_cell, card.evidence_scale))),
        "bar": data_uri(overlay.to_png(overlay.colour_bar())),
        "limit": card.evidence_scale,
        "unit": report.UNIT,
        "name": f"{reading.evidence.method} · {reading.evidence.layer}",
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


def data_uri(png: bytes) -> str:
    """A PNG as a data: URI: it reaches the browser without ever being a file."""
    return "data:image/png;base64," + b64encode(png).decode("ascii")


def _viewer(state: str, **parts: object) -> View:
    nothing: View = {
        "slice": None,
        "evidence": None,
        "caption": [],
        "message": None,
        "blurred": False,
    }
    return {"state": state} | nothing | parts
