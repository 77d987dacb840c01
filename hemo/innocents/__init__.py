"""Painters of what is bright, dark or odd on a head CT and is not blood, by where it comes from.

Training paints them on real slices (``hemo.training.innocent``), teaching on phantoms.
"""

from collections.abc import Callable, Mapping

import numpy as np

from hemo.bleeds.head import Float, Frame
from hemo.innocents import anatomy, bone, dark

InHead = Callable[[Frame, np.random.Generator], Float]

IN_HEAD: Mapping[str, InHead] = {
    "calcification": anatomy.calcification,
    "falx": anatomy.falx,
    "tentorium": anatomy.tentorium,
    "sagittal sinus": anatomy.sagittal_sinus,
    "transverse sinus": anatomy.transverse_sinus,
    "clinoids": anatomy.clinoids,
    "artery": anatomy.artery,
    "hard beam": bone.hard_beam,
    "blooming": bone.blooming,
    "partial bone": bone.partial_bone,
    "surgery": bone.surgery,
    "csf collection": dark.csf_collection,
    "infarct": dark.infarct,
}

__all__ = ["IN_HEAD", "InHead"]
