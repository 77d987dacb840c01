"""What a learner reads in the Teach tab."""

from collections.abc import Mapping

from hemo.report import percent

EMPTY = "Read first, then see"
EMPTY_MORE = (
    "You read a slice before the model does: is there a hemorrhage, how sure are you, and where? "
    "Then the truth, the model's reading and its evidence are revealed."
)
SOURCES = {
    "phantom": "Synthetic heads, as hard as you are good",
    "folder": "The teacher's cases",
    "misses": "What the model gets wrong",
}
STAIRCASE = (
    "A case read rightly makes the next one level harder, one read wrongly three levels easier: "
    "smaller, fainter bleeds of kinds that are harder to see. So you settle where three of four "
    "cases are read rightly. A bleed that is marked elsewhere was not found."
)
NO_STAIRCASE = {
    "folder": "Every case of the folder once, in an order of this round's own.",
    "misses": "Every one of these cases once. They were found by running this model over synthetic "
    "heads; nothing was picked by hand.",
}
OTHER_MODEL = "These cases were found to be misses of another model than the one that answers here."
NOT_SHOWN = "Not shown"
YOUR_MARK = "you"
FAULT = "Something failed inside hemo, and this case cannot be shown. Others can."
NOTHING_PAINTED = "Nothing was painted: there is no hemorrhage."
CAPTION_SYNTHETIC = "Synthetic head · R on the left of the picture"
CAPTION_FOLDER = "The teacher's case · shown as stored"

_FINDINGS: Mapping[str, str] = {
    "calcification": "Calcified pineal gland, choroid plexus or basal ganglia. It is far brighter "
    "than blood (above 100 HU), sharp, mostly on both sides, and pushes nothing away.",
    "falx": "A dense falx: a thin even line on the midline. A subdural along the falx is thicker, "
    "lies to one side of it and has a bulging edge.",
    "tentorium": "The tentorium's two leaves: thin, alike on both sides, and where it belongs.",
    "sagittal sinus": "The superior sagittal sinus: a triangle on the bone at the midline, as "
    "bright as flowing blood in a vessel is.",
    "transverse sinus": "The transverse sinus: a band on the bone at the back, often larger on one "
    "side. Follow it over the neighbouring slices.",
    "clinoids": "The clinoids or the dorsum sellae, cut thinly: bone, where bone belongs.",
    "artery": "A dense artery: a dot or short line in the place of a vessel, no wider than one.",
    "hard beam": "Beam hardening: the scanner's rays harden in the skull. The rim under the bone "
    "and the broad streaks follow the bone and the rays, not the anatomy.",
    "blooming": "The inner table of the skull blooms: brightness that falls off from the bone "
    "without an edge of its own. A thin subdural has one.",
    "partial bone": "Partial volume: bone that only grazes the slice (petrous ridge, orbital roof) "
    "looks grey and soft. It is gone one slice further.",
    "surgery": "After an operation: a flap, plates or a burr hole, and often air or changed tissue "
    "under them.",
    "csf collection": "CSF outside the brain: darker than brain, not brighter.",
    "infarct": "An old infarct: darker than brain; the tissue beside it only looks bright.",
}
_HARD: Mapping[str, str] = {
    "subdural": "a thin subdural lies on the bone and is as bright as its edge: look at it in the "
    "subdural window (key 2) and compare both sides",
    "epidural": "a thin epidural can be taken for the bone that it lies on: look in the subdural "
    "window (key 2)",
    "intraparenchymal": "it is small, and one such spot can be noise, a vessel or a calcification",
    "subarachnoid": "it fills sulci that ought to be dark: compare them with the other side",
    "intraventricular": "it lies where a calcified choroid plexus often is: look for its level and "
    "at the back of the horns",
}
EXPLAIN: Mapping[str, tuple[str, str]] = {
    "sensitivity": ("Sensitivity", "Of the cases with a hemorrhage, those that were called so."),
    "specificity": ("Specificity", "Of the cases without one, those that were called free of it."),
    "localisation": (
        "Right place",
        "Of the hemorrhages that were called and whose outline is known, those marked within 5 mm; "
        "for the model, those with its strongest evidence within one cell of its map.",
    ),
    "brier": (
        "Brier score",
        "Mean squared distance between the stated probability and the truth: 0 is perfect, "
        "0.25 is what always saying 50 % gives.",
    ),
}
INTERVALS = "k of n, with the 95 % interval that so few cases allow (Wilson)."
CALIBRATION = (
    "Calibration: of the cases said with about the same probability, how many had a hemorrhage. On "
    "the diagonal, words and truth agree."
)
KINDS: Mapping[str, str] = {
    "intraparenchymal": "an intraparenchymal hematoma",
    "subdural": "a subdural hematoma",
    "epidural": "an epidural hematoma",
    "subarachnoid": "subarachnoid blood",
    "intraventricular": "intraventricular blood",
}


def miss(
    kind: str | None, size_mm: float | None, contrast_hu: float | None, finding: str | None
) -> str:
    """Why a model, or a person, gets such a case wrong."""
    if kind is None:
        return _FINDINGS[finding] if finding else "There is nothing but a normal brain."
    size = f", {size_mm:.0f} mm" if size_mm else ""
    faint = f", {contrast_hu:.0f} HU above brain at most" if contrast_hu else ""
    return f"{_capital(KINDS[kind])}{size}{faint}: {_HARD[kind]}."


def truth(hemorrhage: bool, kind: str | None, source: str) -> str:
    """What there is on the slice."""
    if source == "folder":
        said = "there is a hemorrhage" if hemorrhage else "there is no hemorrhage"
        return f"By the teacher's labels {said}."
    if not hemorrhage:
        return NOTHING_PAINTED
    painted = KINDS.get(kind or "", "a hemorrhage")
    return f"{_capital(painted)} was painted here (dashed outline)."


def verdict(truth: bool, said: bool, hit: bool | None) -> str:
    """What became of the learner's answer."""
    if truth and said:
        return {
            True: "You found it.",
            False: "You saw a hemorrhage, but marked another place.",
            None: "You are right: there is a hemorrhage.",
        }[hit]
    if truth:
        return "You missed it."
    return (
        "You called a hemorrhage where there is none." if said else "You are right: there is none."
    )


def model(truth: bool, probability: float | None, said: bool | None, hit: bool | None) -> str:
    """What became of the model's.

    Args:
        truth: whether there is a hemorrhage.
        probability: the model's; None where it gave no reading.
        said: whether that is at or above its operating point.
        hit: whether its strongest evidence lies on the bleed; None where that cannot be told.
    """
    if probability is None or said is None:
        return "The model gave no reading."
    chance = f"The model says {percent(probability)}"
    if truth and said:
        where = {
            True: " and points at it",
            False: ", but its strongest evidence lies elsewhere",
            None: "",
        }[hit]
        return f"{chance}: it finds the hemorrhage{where}."
    if truth:
        return f"{chance}: it misses the hemorrhage."
    return f"{chance}: it is wrong to find one." if said else f"{chance}: it sees none, rightly."


def share(k: int, n: int, low: float, high: float) -> str:
    """A proportion in words: "7 of 9 (45–94 %)"."""
    return f"{k} of {n} ({low * 100:.0f}–{high * 100:.0f} %)"


def brier(value: float | None) -> str:
    """The Brier score in words."""
    return "–" if value is None else f"{value:.2f}"


def level(number: int, hardest: int) -> str:
    """The difficulty of a case."""
    return f"level {number} of {hardest}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
