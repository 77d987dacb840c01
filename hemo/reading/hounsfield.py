"""Whether values that nobody declared are Hounsfield units. MR must not pass for CT."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

OFFSET = 1024
"""What is added to Hounsfield units where they are stored without a sign."""

_METAL = 32767  # the most that an extended CT scale reaches
_ENOUGH = 32 * 32  # values: of fewer, shares say nothing


def are(values: NDArray[Any]) -> bool:
    """Whether values of any shape, in the units of their file, look like Hounsfield units.

    Three things that CT has and other pictures have not, all at once: much of it is air, at
    −1000; some is soft tissue or water, near 0; and there is less between the two than air.
    """
    finite = values[np.isfinite(values)]
    if finite.size < _ENOUGH or finite.min() > -900 or finite.max() > _METAL:
        return False
    air, between, tissue = (
        _share(finite, *ends) for ends in ((-1100, -900), (-800, -250), (-150, 150))
    )
    return air > 0.02 and tissue > 0.02 and between < air


def are_with_offset(stored: NDArray[Any]) -> bool:
    """Whether the unsigned values of a picture look like those of a head + ``OFFSET``.

    Stricter than ``are``, because 12 bits of an MR image start at 0 as well: of what is not air,
    most is soft tissue within 150 units, and little is lighter than fat.
    """
    values = stored.astype(np.float32) - OFFSET
    inside = values[values > -800]
    if inside.size < max(_ENOUGH, 0.05 * values.size) or values.max() < 300:
        return False
    return (
        _share(values, -1100, -900) > 0.02
        and _share(inside, -50, 100) > 0.5
        and _share(inside, -800, -174) < 0.15
    )


def _share(values: NDArray[Any], low: float, high: float) -> float:
    return float(np.mean((values >= low) & (values <= high)))
