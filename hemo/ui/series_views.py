"""What the Series tab shows, as plain JSON values: the server's half of the contract.

status (series-drop.js)
    state     "empty" | "waiting" | "reading" | "done" | "message" | "fault" (what was read stays)
    line      a line of text: what is going on, or the sentence of a message
    done, count   slices with a result, and all of them

strip (series-strip.js)
    slices    [{number, probability, percent, band, note}], probability null where a slice got no
              reading and note says why
    count     of slices in the series, those that are not read yet among them
    threshold of the operating point
    highest   index of the most suspicious slice, null where none was read

panel (series-panel.js)
    state     "empty" | "reading" | "done" | "message"
    title     the summary's headline, or that of a message
    sentences of the summary
    refused   sentences: which slices were not read, and why; refusedTitle: how many
    warnings  about the series
    limit     what all this does not mean
    highest   index of the most suspicious slice, null where none was read
    slices    what stands beside each slice: {state: "read", number, probability, percent, band,
              title, lines: [[label, amount]], warnings} or {state: "message", number, title,
              sentence, measurement}
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hemo import report
from hemo.gate import Refusal
from hemo.phantom import Phantom
from hemo.reader import Reading
from hemo.regions import Parts
from hemo.report import made_of
from hemo.report import series as words
from hemo.report.series import Summary
from hemo.slice import Slice
from hemo.ui import views
from hemo.ui.slices import View, explain, slice_view
from hemo.weights import Card


@dataclass(frozen=True)
class SeriesPage:
    """The values that change while a series is read."""

    viewer: View
    status: View
    strip: View
    panel: View


def empty() -> SeriesPage:
    """Before anything was asked."""
    message = {"title": words.EMPTY, "sentence": words.EMPTY_MORE}
    return SeriesPage(
        viewer=views.viewer_value("empty", message=message),
        status=status("", state="empty"),
        strip=_strip([]),
        panel=_panel("empty", title="", sentences=[words.EMPTY_PANEL]),
    )


def waiting(line: str) -> SeriesPage:
    """While there is no slice yet."""
    return SeriesPage(
        viewer={"state": "busy", "message": {"title": line}},
        status=status(line, state="waiting"),
        strip=_strip([]),
        panel=_panel("reading", title=line),
    )


def failed(sentence: str) -> SeriesPage:
    """Nothing to show but why."""
    message = {"title": report.NOT_READ, "sentence": sentence}
    return SeriesPage(
        viewer=views.viewer_value("message", message=message),
        status=status(sentence, state="message"),
        strip=_strip([]),
        panel=_panel("message", title=report.NOT_READ, sentences=[sentence]),
    )


def fault() -> View:
    """The status where hemo itself failed."""
    return status(words.FAULT, state="fault")


def viewer(slices: list[View], *, blurred: bool, first: bool) -> View:
    """The slices that are there; the one in view stays in view, unless they are the first."""
    letters = {
        "title": report.LETTERS_TITLE,
        "sentence": report.BLURRED,
        "actions": [views.SHOW, views.FORGET],
    }
    value = {
        "state": "shown",
        "slices": slices,
        "message": letters if blurred else None,
        "blurred": blurred,
    }
    return value | ({"index": 0} if first else {})


def status(line: str, *, state: str, done: int = 0, count: int = 0) -> View:
    """How far it is."""
    return {"state": state, "line": line, "done": done, "count": count}


def slice_of(
    slice_: Slice,
    result: Reading | Refusal,
    card: Card,
    found: Parts | None = None,
    truth: Phantom | None = None,
) -> View:
    """One slice as the viewer draws it."""
    painted = truth.mask if truth is not None and truth.kind else None
    return slice_view(
        slice_,
        result,
        card,
        synthetic=truth is not None,
        truth=painted,
        label=str(slice_.number),
        explained=found,
    )


def panel_of(
    slice_: Slice, result: Reading | Refusal, card: Card, found: Parts | None = None
) -> View:
    """What stands beside one slice."""
    if isinstance(result, Refusal):
        return {
            "state": "message",
            "number": slice_.number,
            "title": report.NOT_READ,
            "sentence": result.sentence,
            "measurement": result.measurement,
        }
    lines, logit = made_of.composition(found or explain(slice_, result, card))
    chance = report.percent(result.probability)
    return {
        "state": "read",
        "number": slice_.number,
        "probability": float(result.probability),
        "percent": chance,
        "band": result.band,
        "title": report.title(result.band),
        "lines": [
            *([line.label, line.amount] for line in lines),
            [words.LOGIT, f"{logit} → {chance}"],
        ],
        "warnings": list(result.warnings),
    }


def strip(
    slices: Sequence[Slice],
    results: Sequence[Reading | Refusal],
    count: int,
    card: Card,
    summary: Summary,
) -> View:
    """The probabilities of the slices that are read, in order, of so many."""
    bars = [_bar(s, r) for s, r in zip(slices, results, strict=True)]
    return _strip(bars, count, card.threshold, summary.highest)


def panel(
    slices: Sequence[Slice],
    panels: list[View],
    summary: Summary,
    warnings: tuple[str, ...],
    card: Card,
    *,
    finished: bool,
) -> View:
    """The summary, and what stands beside each slice."""
    chance = number = None
    if summary.highest is not None:
        chance = panels[summary.highest]["probability"]
        number = slices[summary.highest].number
    return _panel(
        "done" if finished else "reading",
        title=words.headline(summary),
        sentences=words.sentences(summary, chance, number),
        refused=words.refusals(summary),
        refusedTitle=words.refused_title(summary),
        highest=summary.highest,
        warnings=list(warnings),
        limit=f"{words.LIMIT} {report.limits(card).capitalize()}.",
        slices=panels,
    )


def _bar(slice_: Slice, result: Reading | Refusal) -> View:
    if isinstance(result, Refusal):
        return {
            "number": slice_.number,
            "probability": None,
            "percent": report.NOT_READ.lower(),
            "band": None,
            "note": result.sentence,
        }
    return {
        "number": slice_.number,
        "probability": float(result.probability),
        "percent": report.percent(result.probability),
        "band": result.band,
        "note": None,
    }


def _strip(
    bars: list[View], count: int = 0, threshold: float = 0.5, highest: int | None = None
) -> View:
    return {"slices": bars, "count": count, "threshold": threshold, "highest": highest}


def _panel(state: str, **parts: object) -> View:
    nothing: View = {
        "title": "",
        "sentences": [],
        "refused": [],
        "refusedTitle": "",
        "warnings": [],
        "highest": None,
        "limit": "",
        "slices": [],
    }
    return {"state": state} | nothing | parts
