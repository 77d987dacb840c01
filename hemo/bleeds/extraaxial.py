"""Bleeds between skull and brain: subdural, epidural, subarachnoid."""

import math

import cv2
import numpy as np

from hemo.bleeds.csf import ventricles
from hemo.bleeds.dural import on_falx, on_tentorium
from hemo.bleeds.head import Bool, Float, Frame, Head, Painted, depth_mm, opened
from hemo.bleeds.texture import background, blur, clot, displace, lay, own_noise, soften, waves
from hemo.errors import DataError

ELSEWHERE = 0.2  # share of subdurals that lie on the falx or the tentorium
# Of a subdural on the convexity, and how often it is painted: fresh, as bright as brain, settled
# into two layers, fresh with unclotted blood in it, darker than brain.
AGES = {"acute": 0.58, "isodense": 0.14, "layered": 0.11, "mixed": 0.1, "old": 0.07}


def subdural(
    frame: Frame,
    rng: np.random.Generator,
    sign: int,
    size_mm: float | None,
    age: str | None = None,
) -> Painted:
    """A crescent along the convexity of one side, of one of ``AGES``.

    Where size and age are free, now and then blood on the falx or the tentorium instead.
    """
    if size_mm is None and age is None and (place := rng.random()) < ELSEWHERE:
        return (on_falx if place < 0.75 * ELSEWHERE else on_tentorium)(frame, rng, sign)
    thickest = size_mm or _thickness(rng)
    if thickest > 0.6 * frame.half_width:
        raise DataError("This head is too small for a subdural hematoma of that thickness.")
    thickness = _crescent(frame, rng, sign, thickest)
    border = thickness - frame.smooth_depth  # mm inside the inner membrane
    head = _push_in(frame, thickness * rng.uniform(0.5, 0.95), np.maximum(0, -border))
    own_side = np.clip(sign * frame.lateral - 1.0, 0, 1)  # the falx stops it
    alpha = np.clip(0.5 + border / head.mm, 0, 1) * own_side * (thickness > 0.35)
    blood = _subdural_blood(frame, rng, alpha, age)
    return lay(head, soften(alpha, head, rng), blood, own_noise(frame.head))


def _thickness(rng: np.random.Generator) -> float:
    """Of the thickest place in mm: nearly half are the thin ones that are missed."""
    thin = rng.random() < 0.45
    return float(rng.uniform(2, 5.5) if thin else min(4 + rng.gamma(3.0, 2.0), 18))


def _crescent(frame: Frame, rng: np.random.Generator, sign: int, thickest: float) -> Float:
    """Thickness in mm, float32 [H, W], as a function of the direction from the middle."""
    centre = sign * rng.uniform(55, 125)
    # Degrees to each end; what is thin may be short, or long.
    reach = rng.uniform(30 if thickest < 6 else 45, 95)
    degrees = np.arange(-180, 180, 0.25)
    away = (degrees - centre + 180) % 360 - 180
    ahead, behind = abs(centre) - 2, 178 - abs(centre)  # it tapers off before the midline
    after, before = (behind, ahead) if sign > 0 else (ahead, behind)
    longer = float(rng.uniform(0.75, 1.3)) * reach
    reach_of_end = np.where(away > 0, min(reach, after), min(longer, before))
    profile = np.maximum(0, 1 - (away / reach_of_end) ** 2) ** rng.uniform(0.8, 1.4)
    phases = rng.uniform(0, 2 * np.pi, 3)
    turns = np.deg2rad(degrees)
    ripple = sum(np.sin(n * turns + phase) for n, phase in zip((3, 5, 9), phases, strict=True)) / 3
    thickness = thickest * profile * (1 - 0.25 * ripple * (1 - profile))
    direction = np.clip((frame.angle + 180) * 4, 0, degrees.size - 1).astype(np.int32)
    return np.asarray(thickness.astype(np.float32)[direction])


def _push_in(frame: Frame, shift: Float, beyond: Float) -> Head:
    """The head with its brain pushed inward by shift mm, fading with the mm beyond the bleed."""
    reach = max(18.0, 1.5 * float(shift.max()))
    # Never fetch from beyond the skull: depth bounds the shift.
    amount = np.minimum(shift * np.exp(-beyond / reach), 0.9 * np.maximum(0, frame.depth - 0.5))
    smooth = blur(frame.smooth_depth, 4 / frame.head.mm)
    down, right = np.gradient(smooth, frame.head.mm)
    sin, cos = math.sin(frame.tilt), math.cos(frame.tilt)
    across, forward = right * cos + down * sin, right * sin - down * cos
    length = np.hypot(across, forward) + 0.2
    moved = np.asarray(blur(np.asarray(amount, np.float32), 1.5 / frame.head.mm))
    return displace(frame.head, moved * across / length, moved * forward / length, frame.tilt)


def _subdural_blood(frame: Frame, rng: np.random.Generator, alpha: Float, age: str | None) -> Float:
    """HU of a subdural, float32 [H, W], by its age."""
    age = age or str(rng.choice(list(AGES), p=list(AGES.values())))
    if age == "acute":
        return clot(frame.head, rng, rng.uniform(50, 74), rng.uniform(0, 5))
    if age == "old":
        return clot(frame.head, rng, rng.uniform(22, 30), 1.0)
    if age == "isodense":
        return clot(frame.head, rng, rng.uniform(34, 46), 1.0)
    if age == "mixed":
        return clot(frame.head, rng, rng.uniform(58, 72), rng.uniform(5, 9))
    return _layered(frame, rng, alpha, rng.uniform(15, 25), rng.uniform(45, 62))


def _layered(
    frame: Frame, rng: np.random.Generator, alpha: Float, above: float, below: float
) -> Float:
    """HU of blood that has settled, float32 [H, W]: the patient lies supine, so down is down."""
    rows = np.nonzero((alpha > 0.5).any(axis=1))[0]
    if not rows.size:
        raise DataError("There is no room for this bleed on the slice.")
    level = rows[0] + rng.uniform(0.35, 0.75) * (rows[-1] - rows[0])
    row = np.arange(alpha.shape[0], dtype=np.float32)[:, None]
    settled = 1 / (1 + np.exp(-(row - level) * frame.head.mm / rng.uniform(0.8, 5)))
    return np.asarray(above + (below - above) * settled + clot(frame.head, rng, 0, 1.5), np.float32)


def epidural(frame: Frame, rng: np.random.Generator, sign: int, size_mm: float | None) -> Painted:
    """A biconvex lens against the inner table of one side."""
    mm = frame.head.mm
    thickest = min(size_mm or rng.uniform(6, 26), size_mm or 0.4 * frame.half_width)
    if thickest > 0.8 * frame.half_width:
        raise DataError("This head is too small for an epidural hematoma of that thickness.")
    half_chord = thickest * rng.uniform(1.1, 1.7) + rng.uniform(6, 12)
    radius = (half_chord**2 + thickest**2) / (2 * thickest)
    across, forward = frame.boundary(sign * rng.uniform(35, 140))
    outward = 1 + (radius - thickest) / math.hypot(across, forward)  # where the lens's circle sits
    from_centre = np.hypot(frame.lateral - across * outward, frame.forward - forward * outward)
    dent = 0.04 * thickest * waves(rng, frame.head.hu.shape[:2], 14 / mm)
    border = radius - from_centre + dent  # mm inside the dura
    shift = thickest * rng.uniform(0.4, 0.8) * np.exp(-np.maximum(0, -border) / 25)
    head = _push_in(frame, shift.astype(np.float32), np.maximum(0, -border))
    alpha = np.clip(0.5 + border / mm, 0, 1) * np.clip(sign * frame.lateral, 0, 1)
    swirl = rng.uniform(4, 8) if rng.random() < 0.3 else rng.uniform(0, 4)
    blood = clot(head, rng, rng.uniform(58, 74), swirl)
    return lay(head, soften(alpha, head, rng), blood, own_noise(frame.head))


def subarachnoid(frame: Frame, rng: np.random.Generator, sign: int, both: bool) -> Painted:
    """Blood instead of CSF in the sulci and cisterns of a region, of one side or of both."""
    head = frame.head
    local, fine = background(head, 9.0), background(head, 0.8)
    dark = np.clip((local - fine - 2.5) / 5, 0, 1) * np.clip((30 - fine) / 8, 0, 1)
    # Now and then the basal cisterns fill too; the ventricles never do here.
    cisterns = rng.random() < 0.3
    spared = _not_sulci(frame, np.asarray(dark, np.float32), cisterns=cisterns)
    dark = 1.15 * dark * (head.inside & ~spared)
    for _ in range(4):  # not every region has sulci
        region = _region(frame, rng, sign, both)
        alpha = dark * region
        if (alpha > 0.5).sum() * head.mm**2 > 120:
            break
    else:
        region = _region(frame, rng, sign, both, nearest=0.85)
        alpha = np.maximum(dark, _cortical_lines(frame, rng)) * region
    # The sulci that it fills are blurred already.
    soft = 1.15 * soften(np.asarray(alpha, np.float32), head, rng, (0.2, 0.4))
    blood = clot(head, rng, rng.uniform(48, 68), 3.0)
    painted = lay(head, np.minimum(1, soft).astype(np.float32), blood, own_noise(head))
    if painted[1].sum() * head.mm**2 < 40:
        raise DataError("There are too few sulci on this slice for a subarachnoid hemorrhage.")
    return painted


def _region(
    frame: Frame, rng: np.random.Generator, sign: int, both: bool, nearest: float = 0.1
) -> Float:
    """Where the blood has spread, float32 [H, W] in [0, 1], around a place in the head.

    Args:
        nearest: the least distance of that place from the middle, as a share of the half width.
    """
    head = frame.head
    reach = rng.uniform(22, 60)
    away = rng.uniform(nearest, 1.0) * frame.half_width
    turn = math.radians(rng.uniform(15, 150))
    across, forward = sign * away * math.sin(turn), 1.15 * away * math.cos(turn)
    distance = np.hypot(frame.lateral - across, frame.forward - forward)
    ragged = distance + 0.25 * reach * waves(rng, head.hu.shape[:2], 16 / head.mm)
    one_side = 1.0 if both else np.clip(0.5 + sign * frame.lateral / 2, 0, 1)
    return np.asarray(np.clip((reach - ragged) / 6, 0, 1) * one_side, np.float32)


def _not_sulci(frame: Frame, dark: Float, *, cisterns: bool) -> Bool:
    """Ventricles, and unless cisterns count what is too wide and deep for a sulcus; edges too."""
    mm = frame.head.mm
    if cisterns:
        return depth_mm(~ventricles(frame), mm) < 3
    wide = opened((dark > 0.4) & (frame.depth > 22), 4.5 / mm)
    return depth_mm(~(wide | ventricles(frame)), mm) < 3


def _cortical_lines(frame: Frame, rng: np.random.Generator) -> Float:
    """Thin sulci drawn where the slice shows none, float32 [H, W] in [0, 1]: they run inward."""
    mm, shape = frame.head.mm, frame.head.hu.shape[:2]
    arc = np.deg2rad(frame.angle) * np.float32(0.85 * frame.half_width)
    bend = 3 * waves(rng, shape, 18 / mm)
    table = waves(rng, (96, 512), 9)  # depth × arc, 2 mm a row and 1 mm a column
    column = np.asarray((arc + bend) * 1.0 + 256, np.float32)
    row = np.asarray(4 + frame.depth / 2, np.float32)
    field = cv2.remap(table, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    down, right = np.gradient(field)
    beside = np.abs(field) / (np.hypot(down, right) + 0.02) * mm  # mm from the nearest line
    near = np.clip((rng.uniform(9, 20) - frame.depth) / 4, 0, 1) * (frame.depth > 0.8)
    line = np.clip(1.5 - beside / rng.uniform(0.8, 1.3), 0, 1) * near
    return blur(np.asarray(line * rng.uniform(0.75, 1.0), np.float32), max(0.5, 0.5 / mm))
