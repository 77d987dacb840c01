"""The one door to the painters."""

import numpy as np

from hemo.bleeds.csf import intraventricular
from hemo.bleeds.extraaxial import AGES, epidural, subarachnoid, subdural
from hemo.bleeds.head import Bool, Float, Head, Side
from hemo.bleeds.intraaxial import intraparenchymal

KINDS = ("intraparenchymal", "subdural", "epidural", "subarachnoid", "intraventricular")


def paint(
    head: Head,
    kind: str,
    rng: np.random.Generator,
    *,
    size_mm: float | None = None,
    side: Side | None = None,
    age: str | None = None,
) -> tuple[Float, Bool]:
    """Paint a bleed into a slice through a head.

    Args:
        head: HU float32 [H, W] and the space inside the skull, bool [H, W]; it is not changed.
        kind: one of KINDS.
        rng: all that chance decides, it decides.
        size_mm: the greatest thickness of a subdural or epidural, the diameter of the circle of
            an intraparenchymal's area; sampled when None. The other two kinds fill what CSF there
            is and take no size.
        side: the patient's side (the left is on the right of the picture). When None chance
            decides, and blood in CSF may be on both.
        age: of a subdural, one of AGES; sampled when None.

    Returns:
        The new Hounsfield units, float32 [H, W], and the mask of the bleed, bool [H, W]: blood
        only, without edema, and never outside ``head.inside``.

    Raises:
        ValueError: an unknown kind or age, an age of anything else than a subdural, or a size
            that is not greater than 0.
        DataError: there is no room for such a bleed on this slice.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
    if size_mm is not None and not size_mm > 0:
        raise ValueError(f"size_mm must be greater than 0, not {size_mm}")
    if age is not None and (kind != "subdural" or age not in AGES):
        raise ValueError(f"age is one of {', '.join(AGES)}, of a subdural, not {age!r}")
    frame = head.frame
    chance = 1 if rng.random() < 0.5 else -1
    sign = chance if side is None else {"left": 1, "right": -1}[side]
    if kind == "subdural":
        return subdural(frame, rng, sign, size_mm, age)
    if kind == "epidural":
        return epidural(frame, rng, sign, size_mm)
    if kind == "intraparenchymal":
        return intraparenchymal(frame, rng, sign, size_mm)
    if kind == "subarachnoid":
        return subarachnoid(frame, rng, sign, both=side is None and rng.random() < 0.4)
    return intraventricular(frame, rng, None if side is None else sign)
