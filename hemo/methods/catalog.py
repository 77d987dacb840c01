"""The methods by name: what each shows, what it cannot, in which unit, and how to run it."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from hemo.errors import HemoError
from hemo.evidence import EvidenceMap
from hemo.methods import closed, gradients
from hemo.methods.look import Look, Progress
from hemo.methods.occlusion import occlusion
from hemo.reader import Reader
from hemo.slice import Slice
from hemo.weights import Card

PER_CELL = "logits per map cell"


@dataclass(frozen=True)
class Method:
    """A way to ask a network what it saw.

    Attributes:
        label: its name.
        says: one sentence on what it shows.
        cannot: one sentence on what it cannot.
        unit: of its map's ``per_cell``.
        slow: takes seconds; reports progress and can be stopped.
        adds_up: its map and bias add up to the logit.
        full: the value at which its colour is full, in card scales (``Card.evidence_scale``), where
            ``hemo evaluate --trust`` has not measured a scale of its own; model 0.3's.
        extra: needs packages that are not installed by default.
        compute: the method itself.
    """

    label: str
    says: str
    cannot: str
    unit: str
    compute: Callable[[Look], EvidenceMap]
    slow: bool = False
    adds_up: bool = False
    full: float = 1.0
    extra: bool = False


METHODS: dict[str, Method] = {
    "guided": Method(
        "Grad-CAM, guided by the picture",
        "Where the logit comes from, each map cell's share laid along the edges of the picture and "
        "off the bone.",
        "It cannot see finer than the network: inside a cell the picture's edges decide, not the "
        "network.",
        PER_CELL,
        closed.along_edges,
        adds_up=True,
    ),
    "grad_cam": Method(
        "Grad-CAM",
        "Where the logit comes from: for this network exact, cell by cell, for and against.",
        "It cannot tell what at that place was looked at: a cell is wide, and it sees its "
        "neighbourhood.",
        PER_CELL,
        closed.plain,
        adds_up=True,
    ),
    "grad_cam_7": Method(
        "Grad-CAM, 7 × 7",
        "The same at the resolution that a ResNet-152 has as it comes: what most demos show.",
        "It cannot show anything smaller than a thirty-second of the head's area.",
        PER_CELL,
        closed.coarse,
        adds_up=True,
    ),
    "hires_cam": Method(
        "HiResCAM",
        "Gradient times activation at each place, which never credits a place that did nothing.",
        "It cannot add to Grad-CAM here: behind average pooling the two are the same map.",
        PER_CELL,
        closed.hires_cam,
        adds_up=True,
    ),
    "grad_cam_pp": Method(
        "Grad-CAM++",
        "All places that speak for hemorrhage, weak and repeated ones weighed up.",
        "It cannot show evidence against, and its parts do not add up to anything.",
        "weighted logits per map cell",
        closed.grad_cam_plus_plus,
        full=0.4,
    ),
    "layer_cam": Method(
        "LayerCAM, layer 3",
        "What an earlier layer passed on towards hemorrhage: edges and textures, more places.",
        "It cannot say what the last block made of it: much of what it shows is overruled later.",
        "logits per map cell to first order, for only",
        gradients.layer_cam,
        extra=True,
        full=0.6,
    ),
    "eigen_cam": Method(
        "Eigen-CAM",
        "Where the features vary most, whatever they speak for.",
        "It cannot tell for from against: it knows neither the head nor the answer.",
        "activation along the first principal component",
        closed.eigen_cam,
        full=440.0,
    ),
    "ablation_cam": Method(
        "Ablation-CAM",
        "Feature channels weighed by what the logit loses when each is switched off.",
        "It cannot weigh channels that only count together, and its unit is nobody's.",
        "logits lost × activation per map cell",
        closed.ablation_cam,
        full=280.0,
    ),
    "occlusion": Method(
        "Occlusion",
        "What the logit loses when a square of the picture is covered with even brain.",
        "It cannot show a bleed larger than the square, of which enough is left to be seen, and "
        "the square itself may look strange.",
        "logits lost while 2 × 2 map cells are covered",
        occlusion,
        slow=True,
        full=1.2,
    ),
    "integrated_gradients": Method(
        "Integrated gradients",
        "How each pixel's departure from even brain moved the logit, all of which it accounts for.",
        "It cannot show shape well: single pixels are noisy, and all depends on what it starts "
        "from (here even brain).",
        PER_CELL,
        gradients.integrated_gradients,
        slow=True,
        adds_up=True,
        full=5.6,
        extra=True,
    ),
}


def run(
    name: str,
    reader: Reader,
    slice_: Slice,
    stop: Event | None = None,
    progress: Progress | None = None,
) -> EvidenceMap:
    """One method on one slice, whatever the gate would say of it.

    Args:
        name: one of METHODS.
        reader: whose network is asked; its threads may ask at once.
        slice_: of any size.
        stop: an event; once it is set the method ends with ``Stopped``.
        progress: called with (done, of how many), from 0 to all.

    Returns:
        The map on the slice's grid. ``per_cell`` is in the method's unit; where the method adds up,
        ``values.sum() + bias`` is the logit, elsewhere ``bias`` means nothing.

    Raises:
        HemoError: there is no such method.
        MissingExtraError: its packages are not installed.
        Stopped: ``stop`` was set before it was done.
    """
    if name not in METHODS:
        raise HemoError(f"There is no method {name!r}; there is: {', '.join(METHODS)}.")
    look = Look.at(reader, slice_, stop, progress or (lambda done, total: None))
    return METHODS[name].compute(look)


def scale_of(name: str, card: Card) -> float:
    """The value of ``per_cell`` at which a method's colour is full: one for all slices.

    What ``hemo evaluate --trust`` measured (the lower quartile over validation slices with a bleed
    of the strongest place), so that methods can be compared by eye; Grad-CAM's is the card's own.
    """
    if METHODS[name].unit == PER_CELL and METHODS[name].full == 1:
        return card.evidence_scale
    measured: dict[str, Any] = card.evaluation.get("localisation", {}).get("methods", {})
    return float(measured.get(name, {}).get("scale", METHODS[name].full * card.evidence_scale))
