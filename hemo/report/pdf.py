"""One page to print or keep: slice, overlay, reading, limits. Nothing of a patient is on it.

reportlab sets it: it wraps text and embeds pictures from memory, so that no file is ever written.
"""

from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape

import cv2
import numpy as np
from numpy.typing import NDArray
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Frame, KeepInFrame, Paragraph, Spacer, Table, TableStyle

from hemo import overlay, report
from hemo.gate import LETTERS
from hemo.reader import Reading
from hemo.regions import Parts
from hemo.report import made_of
from hemo.slice import Slice
from hemo.weights import Card
from hemo.windowing import to_display

rl_config.useA85 = 0  # in pure Python that encoding takes seconds; PDF needs it nowhere

MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
GAP = 6 * mm
PICTURE = (WIDTH - GAP) / 2
LONGEST = 900  # pixels of a picture: 270 to the inch
FONT = cv2.FONT_HERSHEY_SIMPLEX
OUTLINE = (255, 214, 92)
INK, QUIET, AMBER = HexColor("#15191c"), HexColor("#5a646c"), HexColor("#8a5200")
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=13, textColor=INK)
SMALL = ParagraphStyle("small", BODY, fontSize=8, leading=10.5, textColor=QUIET)
NUMBER = ParagraphStyle("number", BODY, fontSize=34, leading=38)
BAND = ParagraphStyle("band", BODY, fontSize=13, leading=17, textColor=AMBER)
HEAD = ParagraphStyle("head", BODY, fontName="Helvetica-Bold", fontSize=8.5, textColor=QUIET)
RIGHT = ParagraphStyle("right", BODY, alignment=TA_RIGHT)
LIMITS = (
    "This is what a network computed from one slice: not a diagnosis, and no substitute for a "
    "radiologist's reading of the whole study. A slice without a finding does not rule a "
    "hemorrhage out. The evidence says what moved the score, not what is true; it can be moved by "
    "artefacts, calcification, contrast medium and whatever the training slices did not hold."
)
LEFT_OUT = "The picture is left out: letters are burned into it, and it may name a patient."


def to_pdf(slice_: Slice, reading: Reading, card: Card, found: Parts) -> bytes:
    """A PDF file of one A4 page, English; the same values give the same bytes.

    Args:
        slice_: what was read; shown in the brain window beside its overlay.
        reading: of it.
        card: of the model.
        found: what the logit is made of.
    """
    file = BytesIO()
    page = Canvas(file, pagesize=A4, invariant=1, pageCompression=1)
    page.setTitle("hemo: reading of one head-CT slice")
    page.setAuthor("hemo")
    page.setSubject(report.DISCLAIMER)
    top = _heading(page, A4[1] - MARGIN)
    top = _pictures(page, top - 5 * mm, slice_, reading, card, found)
    story = _story(reading, card, found)
    room = Frame(MARGIN, MARGIN, WIDTH, top - MARGIN - 4 * mm, 0, 0, 0, 0)
    room.addFromList([KeepInFrame(WIDTH, top - MARGIN - 5 * mm, story)], page)
    page.save()
    return file.getvalue()


def _heading(page: Canvas, top: float) -> float:
    page.setFillColor(INK)
    page.setFont("Helvetica-Bold", 15)
    page.drawString(MARGIN, top - 12, "hemo")
    page.setFont("Helvetica", 9)
    page.setFillColor(AMBER)
    page.drawRightString(MARGIN + WIDTH, top - 11, report.DISCLAIMER)
    page.setStrokeColor(HexColor("#d8d6d0"))
    page.line(MARGIN, top - 19, MARGIN + WIDTH, top - 19)
    return top - 20


def _pictures(
    page: Canvas, top: float, slice_: Slice, reading: Reading, card: Card, found: Parts
) -> float:
    """Slice and overlay side by side; where their foot and its captions end."""
    if LETTERS in reading.warnings:
        page.setFillColor(QUIET)
        page.setFont("Helvetica", 9.5)
        page.drawString(MARGIN, top - 14, LEFT_OUT)
        return top - 20
    grey = overlay.shrink(to_display(slice_, card.preprocessing.window), LONGEST)
    height = PICTURE / _aspect(slice_)
    width = PICTURE
    if height > 95 * mm:
        width, height = width * 95 * mm / height, 95 * mm
    plain = np.repeat(overlay.to_grey(grey)[..., None], 3, axis=2)
    pictures = (plain, overlaid(grey, slice_.shape, reading, card, found))
    captions = (_caption(slice_, card), _scale_words(card))
    for i, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        x = MARGIN + i * (PICTURE + GAP)
        image = ImageReader(BytesIO(overlay.to_png(picture)))
        page.setFillColor(HexColor("#000000"))
        page.rect(x, top - height, PICTURE, height, stroke=0, fill=1)
        page.drawImage(image, x + (PICTURE - width) / 2, top - height, width, height)
        note = Paragraph(_plain(caption), SMALL)
        _, tall = note.wrap(PICTURE, 40 * mm)
        note.drawOn(page, x, top - height - tall - 3)
    return top - height - 26


def overlaid(
    grey: NDArray[np.float32],
    shape: tuple[int, int],
    reading: Reading,
    card: Card,
    found: Parts,
) -> NDArray[np.uint8]:
    """The slice under its evidence, its regions outlined and numbered, uint8 RGB [h, w, 3].

    Args:
        grey: float32 [h, w] in [0, 1], the slice, perhaps smaller than it is.
        shape: (H, W) of the slice's own grid, which regions are told in.
        reading: of the slice.
        card: of the model.
        found: what the logit is made of.
    """
    height, width = grey.shape
    per_cell = cv2.resize(reading.evidence.per_cell, (width, height), interpolation=cv2.INTER_AREA)
    picture = overlay.blend(grey, overlay.colour(per_cell, card.evidence_scale))
    drawn = np.ascontiguousarray(picture)
    scale = width / shape[1]
    for region in found.regions:
        polygons = [np.rint(np.array(p) * scale).astype(np.int32) for p in region.outline]
        cv2.polylines(drawn, polygons, True, OUTLINE, max(1, round(width / 350)), cv2.LINE_AA)
        x, y = polygons[0][polygons[0][:, 1].argmin()]
        place = (min(int(x) + 6, width - 24), max(int(y) - 6, 16))
        cv2.putText(
            drawn,
            str(region.number),
            place,
            cv2.FONT_HERSHEY_SIMPLEX,
            0.55,
            OUTLINE,
            1,
            cv2.LINE_AA,
        )
    return drawn


def _caption(slice_: Slice, card: Card) -> str:
    window = card.preprocessing.window
    shown = [f"window {window.center:g}/{window.width:g}"] if slice_.units == "HU" else []
    return " · ".join([*report.caption(slice_), *shown])


def _scale_words(card: Card) -> str:
    scale = f"{card.evidence_scale:.2g}"
    return f"Evidence: amber for hemorrhage, blue against; full colour at ±{scale} {report.UNIT}."


def _aspect(slice_: Slice) -> float:
    height, width = slice_.shape
    row_mm, column_mm = slice_.spacing or (1.0, 1.0)
    return (width * column_mm) / (height * row_mm)


def _story(reading: Reading, card: Card, found: Parts) -> list[Flowable]:
    said = [report.sentence(reading.band), *made_of.in_words(found)]
    return [
        Paragraph(_plain(report.percent(reading.probability)), NUMBER),
        Paragraph("probability of hemorrhage on this slice", SMALL),
        Paragraph(_plain(made_of.observed(reading.probability, card)), SMALL),
        Spacer(0, 4),
        Paragraph(_plain(report.title(reading.band)), BAND),
        Paragraph(_plain(report.limits(card)), SMALL),
        Spacer(0, 6),
        *[Paragraph(_plain(line), BODY) for line in said],
        *_titled("What the score is made of", [_table(reading, found)]),
        *_listed("Warnings", reading.warnings),
        *_titled("Limits", [Paragraph(LIMITS, SMALL)]),
        Spacer(0, 6),
        Paragraph(_plain(_made_by(reading, card)), SMALL),
    ]


def _table(reading: Reading, found: Parts) -> Table:
    lines, logit = made_of.composition(found)
    total = f"{logit}, that is {report.percent(reading.probability)}"
    rows = [(line.label, line.amount) for line in lines] + [("logit", total)]
    table = Table(
        [[Paragraph(_plain(label), BODY), Paragraph(_plain(text), RIGHT)] for label, text in rows],
        colWidths=[WIDTH * 0.42, WIDTH * 0.18],
        hAlign="LEFT",
    )
    table.setStyle(
        TableStyle(
            [
                ("LINEABOVE", (0, -1), (-1, -1), 0.5, QUIET),
                ("TOPPADDING", (0, 0), (-1, -1), 0.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 0.5),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
    )
    return table


def _titled(title: str, parts: Sequence[Flowable]) -> list[Flowable]:
    return [Spacer(0, 8), Paragraph(title.upper(), HEAD), Spacer(0, 2), *parts]


def _listed(title: str, texts: Sequence[str]) -> list[Flowable]:
    lines: list[Flowable] = [Paragraph(_plain(text), BODY) for text in texts]
    return _titled(title, lines) if lines else []


def _made_by(reading: Reading, card: Card) -> str:
    figures = report.figures(card.evaluation)
    return " · ".join([report.model(reading), *figures])


def _plain(text: str) -> str:
    """Text that Helvetica's own encoding (WinAnsi) holds, markup escaped."""
    said = text.replace("−", "–").replace("→", "=").replace("\N{NO-BREAK SPACE}", " ")
    return escape(said.encode("cp1252", "replace").decode("cp1252"))
