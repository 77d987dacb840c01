"""Is this one axial head-CT slice with brain in it, in a window the network knows? If not, why not.

What the file says comes first, then what the picture shows. Another judge of the slice is one more
line in ``check``: a function of the slice and its view to a ``Refusal`` or None.
"""

from hemo.gate.picture import judge_picture
from hemo.gate.refusal import Reason, Refusal
from hemo.gate.text import LETTERS, has_burned_in_text
from hemo.preprocessing import View
from hemo.slice import Slice

__all__ = ["LETTERS", "SMALLEST", "Reason", "Refusal", "check", "has_burned_in_text"]

SMALLEST = 96  # pixels on the shorter side; below that a bleed of 5 mm is a pixel or two


def check(slice_: Slice, view: View) -> Refusal | None:
    """None where the slice may be read; ``view`` is what preprocessing found on it."""
    return _modality(slice_) or _size(slice_) or judge_picture(slice_, view)


def _modality(slice_: Slice) -> Refusal | None:
    if slice_.modality in (None, "CT"):
        return None
    sentence = f"This is not a CT: the file says {slice_.modality}. hemo reads head CT only."
    return Refusal("not_ct", sentence, f"modality {slice_.modality}")


def _size(slice_: Slice) -> Refusal | None:
    height, width = slice_.shape
    if min(height, width) >= SMALLEST:
        return None
    size = f"{width} x {height} pixels"
    sentence = (
        f"This picture is too small to read: {size}, and hemo needs {SMALLEST} on the shorter side."
    )
    return Refusal("too_small", sentence, size)
