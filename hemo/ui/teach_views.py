"""What the Teach tab shows, as plain JSON values: the server's half of the contract.

desk (teach.js), where the learner answers
    state     "start" | "asking" | "revealed" | "touring" | "message"
    sources   at the start: [{name, label, count, note}]; with it examples, labels of what can be
              toured, deck, its name, and next, the level of a round's first case
    place     of the case in view, as the browser named it; null without one; with it the version
              of the model
    level     in words, of the case in view; may be empty
    record    once revealed: what goes into the round's records; next: the level of the next case
    sentence  of a message

board (teach-board.js), where is said what there was
    state     as above
    title     what became of the learner's answer, of a message; or the title of a step
    sentences of the truth, the model and the reason
    reading   null, or {percent, band, title, lines: [[label, amount]]}
    scores    [{key, name, explained, learner, model}]; a side: null or {text, value, low, high, n}
    bins      {learner, model}: lists of {mean, observed, n}
    steps     of a tour: [{title, text, lines}]; the viewer's slices are its steps
"""

from dataclasses import asdict, dataclass, replace

import cv2
import numpy as np

from hemo import report
from hemo.gate import Refusal, has_burned_in_text
from hemo.reader import Reading
from hemo.report import made_of
from hemo.report import teach as words
from hemo.report import tour as tours
from hemo.slice import Slice
from hemo.teaching.answers import Answer, Record
from hemo.teaching.cases import Case, pointed
from hemo.teaching.deck import Deck, Place
from hemo.teaching.scores import Scores, Share
from hemo.teaching.staircase import HARDEST, START
from hemo.ui import views
from hemo.ui.examples import EXAMPLES
from hemo.ui.slices import View, explain, slice_view
from hemo.weights import Card

FIGURES = ("sensitivity", "specificity", "localisation")


@dataclass(frozen=True)
class TeachPage:
    """The values that change when a learner asks or answers."""

    viewer: View
    desk: View
    board: View


def start(deck: Deck) -> TeachPage:
    """Before a round."""
    message = {"title": words.EMPTY, "sentence": words.EMPTY_MORE}
    sources = [
        {
            "name": name,
            "label": words.SOURCES[name],
            "count": count,
            "note": words.NO_STAIRCASE.get(name, words.STAIRCASE),
        }
        for name, count in deck.sizes().items()
    ]
    return TeachPage(
        viewer=views.viewer_value("empty", message=message),
        desk=_desk(
            "start",
            sources=sources,
            examples=[example.label for example in EXAMPLES],
            deck=deck.name,
            next=START,
        ),
        board=_board("start"),
    )


def failed(sentence: str) -> TeachPage:
    """Nothing to show but why."""
    message = {"title": words.NOT_SHOWN, "sentence": sentence}
    return TeachPage(
        viewer=views.viewer_value("message", message=message),
        desk=_desk("message", sentence=sentence),
        board=_board("message", title=words.NOT_SHOWN, sentences=[sentence]),
    )


def asking(case: Case, place: Place, card: Card) -> TeachPage:
    """A case as it is to be read: its pixels, and nothing that tells what it holds."""
    bare = slice_view(_unnamed(case.slice), None, card, caption=_caption(case))
    level = words.level(case.level, HARDEST) if case.level else ""
    return TeachPage(
        viewer=_viewer([bare], case),
        desk=_desk("asking", place=asdict(place), level=level, model=card.version),
        board=_board("asking"),
    )


def revealed(
    case: Case,
    result: Reading | Refusal,
    answer: Answer,
    record: Record,
    card: Card,
    *,
    scores: tuple[Scores, Scores],
    level: int,
) -> TeachPage:
    """The truth, the model's reading with its evidence, and the score so far."""
    marks = []
    if answer.click:
        marks = [{"x": answer.click[0], "y": answer.click[1], "label": words.YOUR_MARK}]
    said = [
        words.truth(case.truth, case.kind, case.source),
        words.model(case.truth, record.model_probability, record.model_said, record.model_hit),
        case.note,
    ]
    return TeachPage(
        viewer=_viewer([_whole(case, result, card)], case) | {"marks": marks, "keep": True},
        desk=_desk("revealed", record=asdict(record), next=level),
        board=_board(
            "revealed",
            title=words.verdict(record.truth, record.said, record.hit),
            right=record.right,
            sentences=[sentence for sentence in said if sentence],
            reading=_reading(case, result, card),
            scores=_figures(*scores),
            bins={name: _bins(one) for name, one in zip(("learner", "model"), scores, strict=True)},
        ),
    )


def touring(case: Case, result: Reading | Refusal, card: Card) -> TeachPage:
    """A tour: as many slices as steps, all the same one, with other things laid over it."""
    steps = tours.steps(_facts(case, result, card))
    whole = _whole(case, result, card)
    layers: dict[tours.Layer, View] = {
        "plain": {"evidence": None, "regions": [], "truth": None},
        "truth": {"evidence": None, "regions": []},
        "evidence": {"truth": None},
        "all": {},
    }
    slices = [
        whole | layers[step.layer] | {"number": number, "label": str(number), "percent": None}
        for number, step in enumerate(steps, 1)
    ]
    told = [{"title": s.title, "text": s.text, "lines": [list(x) for x in s.lines]} for s in steps]
    return TeachPage(
        viewer=_viewer(slices, case),
        desk=_desk("touring"),
        board=_board("touring", steps=told),
    )


def _whole(case: Case, result: Reading | Refusal, card: Card) -> View:
    """The slice with all that is known of it."""
    mask = case.mask if case.truth and case.mask is not None else None
    bare = _unnamed(case.slice)
    return slice_view(bare, result, card, truth=mask, caption=_caption(case))


def _unnamed(slice_: Slice) -> Slice:
    """A slice that is one of nothing: its place in a series is not told."""
    return replace(slice_, number=1)


def _caption(case: Case) -> list[str]:
    return [words.CAPTION_FOLDER if case.source == "folder" else words.CAPTION_SYNTHETIC]


def _viewer(slices: list[View], case: Case) -> View:
    blurred = case.source == "folder" and has_burned_in_text(case.slice)
    letters = {
        "title": report.LETTERS_TITLE,
        "sentence": report.BLURRED,
        "actions": [views.SHOW],
    }
    message = letters if blurred else None
    return views.viewer_value("shown", slices=slices, message=message, blurred=blurred)


def _facts(case: Case, result: Reading | Refusal, card: Card) -> tours.Facts:
    read = result if isinstance(result, Reading) else None
    area = blood = brain = None
    if case.truth and case.mask is not None and case.mask.any():
        row_mm, column_mm = case.slice.spacing or (0.0, 0.0)
        area = float(case.mask.sum()) * row_mm * column_mm / 100 or None
        if case.slice.units == "HU":
            blood, brain = _densities(case)
    return tours.Facts(
        truth=case.truth,
        kind=case.kind,
        area_cm2=area,
        blood_hu=blood,
        brain_hu=brain,
        probability=float(read.probability) if read else None,
        threshold=card.threshold,
        hit=pointed(case, read) if read else None,
        parts=_parts(case.slice, read, card) if read else (),
        windows=case.slice.units == "HU",
        note=case.note,
    )


def _densities(case: Case) -> tuple[float | None, float | None]:
    """Mean HU of the blood and of the brain within a cm of it; None where there is none."""
    assert case.mask is not None
    pixels, mask = case.slice.pixels, case.mask.astype(np.uint8)
    near = cv2.dilate(mask, np.ones((41, 41), np.uint8)) - cv2.dilate(mask, np.ones((7, 7)))
    brain = pixels[(near > 0) & (pixels > 15) & (pixels < 50)]
    return float(pixels[mask > 0].mean()), float(brain.mean()) if brain.size else None


def _parts(slice_: Slice, reading: Reading, card: Card) -> list[tuple[str, str]]:
    lines, logit = made_of.composition(explain(slice_, reading, card))
    total = ("Logit", f"{logit} → {report.percent(reading.probability)}")
    return [*((line.label, line.amount) for line in lines), total]


def _reading(case: Case, result: Reading | Refusal, card: Card) -> View | None:
    if isinstance(result, Refusal):
        return None
    return {
        "percent": report.percent(result.probability),
        "band": result.band,
        "title": report.title(result.band),
        "lines": [list(line) for line in _parts(case.slice, result, card)],
    }


def _figures(learner: Scores, model: Scores) -> list[View]:
    rows: list[View] = []
    for name in FIGURES:
        sides = [_share(getattr(scores, name)) for scores in (learner, model)]
        rows.append(_row(name, *sides))
    briers = [
        None if scores.brier is None else {"text": words.brier(scores.brier), "value": scores.brier}
        for scores in (learner, model)
    ]
    return [*rows, _row("brier", *briers)]


def _row(name: str, learner: View | None, model: View | None) -> View:
    label, explained = words.EXPLAIN[name]
    return {
        "key": name,
        "name": label,
        "explained": explained,
        "learner": learner,
        "model": model,
    }


def _share(share: Share | None) -> View | None:
    if share is None:
        return None
    return {
        "text": words.share(share.k, share.n, share.low, share.high),
        "value": share.value,
        "low": share.low,
        "high": share.high,
        "n": share.n,
    }


def _bins(scores: Scores) -> list[View]:
    return [{"mean": bin_.mean, "observed": bin_.observed, "n": bin_.n} for bin_ in scores.bins]


def _desk(state: str, **parts: object) -> View:
    nothing: View = {
        "sources": [],
        "place": None,
        "level": "",
        "record": None,
        "next": None,
        "sentence": "",
    }
    return {"state": state} | nothing | parts


def _board(state: str, **parts: object) -> View:
    nothing: View = {
        "title": "",
        "right": None,
        "sentences": [],
        "reading": None,
        "scores": [],
        "bins": {"learner": [], "model": []},
        "steps": [],
    }
    texts = {"intervals": words.INTERVALS, "calibration": words.CALIBRATION}
    return {"state": state} | texts | nothing | parts
