"""A refusal: one reason of a closed list, a sentence for a clinician, and what it rests on."""

from dataclasses import dataclass
from typing import Literal

Reason = Literal[
    "not_ct",
    "not_head",
    "no_brain",
    "bone_window",
    "inverted",
    "several_panels",
    "too_small",
    "cut_off",
    "no_head",
]

SENTENCES: dict[Reason, str] = {
    "not_ct": "This does not look like a CT slice of a head: there is no white ring of skull "
    "around grey brain in it.",
    "not_head": "This looks like a CT slice of another part of the body: hemo reads the head only.",
    "no_brain": "There is hardly any brain at this level: hemo reads slices between the skull base "
    "and the vertex.",
    "bone_window": "This looks like a bone window, in which blood cannot be told from brain: "
    "export the slice in a brain window.",
    "inverted": "This picture looks inverted: bone is black in it. Export it with bone white.",
    "several_panels": "This picture shows several slices: hemo reads one at a time.",
    "too_small": "This picture is too small to read.",
    "cut_off": "Part of the head lies outside this picture: hemo needs the whole slice.",
    "no_head": "No head was found in this picture: nothing of a head's size stands out from the "
    "background.",
}


@dataclass(frozen=True)
class Refusal:
    """Why a slice gets no reading.

    Attributes:
        reason: one of a closed list.
        sentence: for a clinician.
        measurement: what the refusal rests on, with its limit.
        judgement: the picture was judged, and a person who sees it may judge otherwise and have
            it read anyway; False of what is certain or of what no reading can come from.
    """

    reason: Reason
    sentence: str
    measurement: str
    judgement: bool = False

    @property
    def overruled(self) -> str:
        """The warning beside a reading that was made all the same."""
        return f"Read although the gate refused it: {self.sentence}"


def refuse(reason: Reason, measurement: str, *, judgement: bool = False) -> Refusal:
    """A refusal with the sentence of its reason."""
    return Refusal(reason, SENTENCES[reason], measurement, judgement)
