"""Is this a slice that the network can be asked about? If not, why not."""

from dataclasses import dataclass
from typing import Literal

from hemo.preprocessing import View
from hemo.slice import Slice

Reason = Literal["not_ct", "too_small", "no_head"]
SMALLEST = 96  # pixels on the shorter side; below that a bleed of 5 mm is a pixel or two


@dataclass(frozen=True)
class Refusal:
    """Why a slice gets no reading.

    Attributes:
        reason: one of a closed list.
        sentence: for a clinician.
        measurement: what the refusal rests on.
    """

    reason: Reason
    sentence: str
    measurement: str


def check(slice_: Slice, view: View) -> Refusal | None:
    """None where the slice may be read; ``view`` is what preprocessing found on it."""
    if slice_.modality not in (None, "CT"):
        return Refusal(
            "not_ct",
            f"This is not a CT: the file says {slice_.modality}. hemo reads head CT only.",
            f"modality {slice_.modality}",
        )
    height, width = slice_.shape
    if min(height, width) < SMALLEST:
        return Refusal(
            "too_small",
            f"This picture is too small to read: {width} x {height} pixels, and hemo needs "
            f"{SMALLEST} on the shorter side.",
            f"{width} x {height} pixels",
        )
    if not view.head_found:
        return Refusal(
            "no_head",
            "No head was found in this picture: nothing of a head's size stands out from the "
            "background.",
            "largest solid region under 1 % of the picture",
        )
    return None
