"""Whether a reading can be trusted, asked of one picture by changing it and reading it again.

    stability      flips, shifts, turns, other windows: does the answer stay, does the map follow?
    faithfulness   what the evidence points at, taken away or shown alone: does the answer follow?
    what_if        a place filled in, or a bleed painted in

Pictures are changed in Hounsfield units where they have them. No engine is needed but the reader's.
"""

from hemo.trust.faithfulness import Curve, Faithfulness, faithfulness
from hemo.trust.fill import Filled, filled
from hemo.trust.stability import Stability, Variant, stability

__all__ = [
    "Curve",
    "Faithfulness",
    "Filled",
    "Stability",
    "Variant",
    "faithfulness",
    "filled",
    "stability",
]
