"""Bleeds painted into a head CT in Hounsfield units, one painter for each kind.

For training on slices whose bleed is known to the pixel, for the phantom, and for the page's
"what if" of a bleed added to a normal slice. A painted bleed replaces tissue and keeps the slice's
own noise on top, so that it cannot be told by its texture.

Densities: acute clot 50–85 HU, rising with hematocrit and clot retraction, isodense (25–45 HU) by
one to three weeks, below brain later; CSF 0–15, edema 15–25, white matter 25–32, grey 35–42 HU
(Osborn's Brain, 2nd ed., ch. 2; Parizel et al., Eur Radiol 2001, 11:1770; Heit et al., J Stroke
2017, 19:11).
"""

from hemo.bleeds.extraaxial import AGES
from hemo.bleeds.head import Head, Side
from hemo.bleeds.paint import KINDS, paint
from hemo.bleeds.skull import find_head

__all__ = ["AGES", "KINDS", "Head", "Side", "find_head", "paint"]
