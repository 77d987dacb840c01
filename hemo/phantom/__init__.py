"""A synthetic axial head CT in Hounsfield units, with a bleed of known kind, place and size.

No patient's picture is in it: everything is drawn from formulas and a seed. It serves the page's
examples, the tests, and demonstrations that need a DICOM or PNG file.

Densities: air −1000, fat −100, CSF 0–15, white matter 25–32, grey matter 35–42, muscle 50, bone
300 and more (Hounsfield, Nobel lecture 1979; Osborn's Brain, 2nd ed., ch. 2).
"""

from hemo.phantom.draw import Phantom, draw
from hemo.phantom.files import write_dicom, write_png

__all__ = ["Phantom", "draw", "write_dicom", "write_png"]
