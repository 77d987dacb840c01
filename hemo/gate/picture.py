"""What the picture shows: a head with brain in it is let through, everything else gets a reason."""

import numpy as np
from numpy.typing import NDArray

from hemo.gate.body import body
from hemo.gate.measurements import BLACK, Measurements, count_things, measure, rim_of
from hemo.gate.panels import ALIKE, shows_several
from hemo.gate.refusal import Refusal, refuse
from hemo.preprocessing import View, visible
from hemo.slice import Slice
from hemo.windowing import to_display

Float = NDArray[np.float32]

# Measured on "heads" (the 200 and 580 PHE slices within 6 of a hemorrhage) and on not_head_ct;
# a percentage in brackets is the share of heads at or beyond the figure before it.
SKULL = 0.40  # heads 0.52 (99 %); MR at most 0.17, X-rays 0.25, photographs 0.42
BRAIN = 0.12  # heads 0.18 (99 %), down to the posterior fossa alone or a hole near the vertex
ASPECTS = (0.55, 1.45)  # width over height: heads 0.66 to 1.30, the broadest turned to the side
CUT = 0.22  # of directions: heads at most 0.19 (99 %: 0.08), half a head about 0.4
FLAT = 0.015  # spread of brain: heads 0.023 and more (99 %: 0.034), in bone windows 0.003 to 0.012
RING = 0.60  # of directions: skulls in bone windows 0.62 and more
CLOSED = 0.60  # of the directions that are not cut: a head that is cut off still has a skull
MOSTLY = 0.75  # of directions in contact: half a head has 0.5, photographs and X-rays up to 1
PLAIN_SKULL = 0.55  # in a panel: heads 0.56 (98 %); parts of photographs and skull bases less
PLAIN_BRAIN = 0.30  # in a panel: most heads above the skull base; parts of a head less
WHOLE = 0.15  # of directions that are cut, in a panel: heads 0.08 (99 %), half a head about 0.4
UPRIGHT = 1.25  # width over height in a panel: half a head is broader
PAPER = 0.92  # of white: air turned inside out; the backgrounds of photographs are darker
WHITE = 0.08  # of the outline is clipped: face, neck and vertex 0.13 (98 %), MR at most 0.04
TOUCHING = 0.50  # of directions or of the rim: PHE's faces and necks at most 0.49, spines all
LITTER = 20  # things in a page of text: 37 and more; in air beside a head-rest 8 at most
BROADEST_MM = 290.0  # a head with nose and ears has 250; chests and abdomens 300 and more


def judge_picture(slice_: Slice, view: View) -> Refusal | None:
    """None where the picture shows one head with brain in it.

    Args:
        slice_: the slice, in Hounsfield units or in display units.
        view: what preprocessing found on it.
    """
    grey = to_display(slice_)
    found = measure(grey[visible(view)]) if view.head_found else None
    if found is None:
        return _nothing(grey)
    if shows_several(grey, _is_whole, touching=_may_be_several(found)):
        return refuse("several_panels", "a head, and beside it something of its size")
    if slice_.units == "display" and _is_flat(found):
        rests_on = f"brain spreads over {found.spread:.1%} of the grey scale; at least {FLAT:.1%}"
        return refuse("bone_window", rests_on, judgement=True)
    if is_head(found):
        return None
    return _missing(found, grey, slice_, view)


def _nothing(grey: Float) -> Refusal:
    things = count_things(grey)
    if things >= LITTER:
        rests_on = f"{things} separate small things; fewer than {LITTER} in air"
        return refuse("not_ct", rests_on, judgement=True)
    return refuse("no_head", "largest solid region under 1 % of the picture")


def is_head(found: Measurements) -> bool:
    """Whether a ring of skull around brain was found."""
    return (
        found.skull >= SKULL
        and found.brain >= BRAIN
        and ASPECTS[0] <= found.aspect <= ASPECTS[1]
        and found.cut <= CUT
    )


def _is_whole(found: Measurements) -> bool:
    rounded = found.cut <= WHOLE and found.aspect <= UPRIGHT
    return is_head(found) and rounded and found.skull >= PLAIN_SKULL and found.brain >= PLAIN_BRAIN


def _may_be_several(found: Measurements) -> bool:
    """Whether heads that touch each other would measure like this."""
    return not is_head(found) or found.second > ALIKE * found.brain


def _is_flat(found: Measurements) -> bool:
    """Bone around something without grey matter, white matter or CSF to be told apart."""
    return found.spread < FLAT and found.ring >= RING and found.brain >= BRAIN


def _missing(found: Measurements, grey: Float, slice_: Slice, view: View) -> Refusal:
    """Why no ring of skull around brain was found."""
    if slice_.units == "display" and _is_inverted(grey[visible(view)]):
        return refuse("inverted", "the same picture with black and white exchanged is a head")
    if _is_cut_off(found):
        rests_on = f"the picture ends before the skull in {found.cut:.0%} of directions"
        return refuse("cut_off", f"{rests_on}; at most {CUT:.0%}", judgement=True)
    if _is_other_body(found, slice_):
        return refuse("not_head", _ring(found), judgement=True)
    if slice_.units == "HU" or _is_bony(found):
        return refuse("no_brain", _ring(found), judgement=True)
    return refuse("not_ct", _ring(found), judgement=True)


def _is_cut_off(found: Measurements) -> bool:
    """A skull around brain wherever the picture does not end before it."""
    closed = found.skull >= CLOSED * (1 - found.cut) and found.brain >= BRAIN
    return closed and CUT < found.cut <= found.contact <= MOSTLY


def _is_inverted(grey: Float) -> bool:
    if rim_of(grey, quantile=0.9) < PAPER:
        return False
    found = measure(1 - grey)
    return found is not None and is_head(found)


def _is_bony(found: Measurements) -> bool:
    """White bone on black air: a CT slice in a brain window, of whatever."""
    return found.clipped >= WHITE and found.rim <= BLACK and found.contact <= TOUCHING


def _is_other_body(found: Measurements, slice_: Slice) -> bool:
    if slice_.units == "display":
        return _is_bony(found) and found.aspect > ASPECTS[1] and found.cut <= WHOLE
    breadth, rim = body(slice_)
    return breadth > BROADEST_MM or rim > TOUCHING or found.aspect > ASPECTS[1]


def _ring(found: Measurements) -> str:
    return (
        f"skull in {found.skull:.0%} of directions (at least {SKULL:.0%}), "
        f"brain {found.brain:.0%} of the outline (at least {BRAIN:.0%})"
    )
