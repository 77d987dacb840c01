"""Ways to ask a network what it saw, side by side on one slice, none of them rescaled per picture.

    METHODS   name → Method: its label, what it shows, what it cannot, its unit
    run       one method on one slice → EvidenceMap on the slice's own grid
    scale_of  the value at which a method's colour is full: one for all slices

Methods of the last layer are exact in closed form and as fast as a reading. Those that look deeper
(LayerCAM, integrated gradients) need PyTorch, those that ask many times (occlusion, integrated
gradients) take seconds, report their progress and can be stopped.
"""

from hemo.methods.catalog import METHODS, Method, run, scale_of
from hemo.methods.look import Progress, Stopped

__all__ = ["METHODS", "Method", "Progress", "Stopped", "run", "scale_of"]
