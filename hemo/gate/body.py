"""How broad the body on a slice is, and how much of the picture's rim it fills."""

import cv2
import numpy as np

from hemo.gate.measurements import shrunk
from hemo.slice import Slice

SKIN = -300.0  # HU: over air and lung, under fat
SIDE = 128  # pixels of the longer side
TABLE = 7  # pixels: a table or head-rest is thinner


def body(slice_: Slice) -> tuple[float, float]:
    """Measure a slice in Hounsfield units.

    Returns:
        The longer side of the body's box in mm (0 where the spacing is unknown), and the share of
        the picture's rim that lies in the body.
    """
    small = shrunk(np.asarray(slice_.pixels), SIDE)
    solid = cv2.morphologyEx(
        (small > SKIN).astype(np.uint8), cv2.MORPH_OPEN, np.ones((TABLE, TABLE), np.uint8)
    )
    rim = np.concatenate([solid[0], solid[-1], solid[:, 0], solid[:, -1]])
    _, _, stats, _ = cv2.connectedComponentsWithStats(solid)
    if len(stats) < 2 or slice_.spacing is None:
        return 0.0, float(rim.mean())
    largest = stats[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())]
    row_mm, column_mm = (mm * slice_.shape[0] / small.shape[0] for mm in slice_.spacing)
    breadth = max(largest[cv2.CC_STAT_WIDTH] * column_mm, largest[cv2.CC_STAT_HEIGHT] * row_mm)
    return float(breadth), float(rim.mean())
