"""Tests of hemo.overlay: evidence to colour."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from hemo import overlay


def test_no_evidence_is_transparent():
    """Where there is no evidence nothing lies over the slice."""
    rgba = overlay.colour(np.zeros((2, 3), np.float32), scale=0.4)

    assert rgba.shape == (2, 3, 4)
    assert rgba.dtype == np.uint8
    assert (rgba[..., 3] == 0).all()


def test_evidence_for_is_warm_and_against_is_cool():
    """More red than blue for hemorrhage, more blue than red against."""
    warm, cool = overlay.colour(np.array([[0.4, -0.4]], np.float32), scale=0.4)[0].astype(int)

    assert warm[0] > warm[2] + 100
    assert cool[2] > cool[0] + 100


def test_warm_and_cool_differ_for_readers_who_cannot_tell_red_from_green():
    """The blue channel alone tells the two apart at every strength that is visible."""
    strengths = np.linspace(0.2, 1, 9, dtype=np.float32)[None]
    warm = overlay.colour(strengths, scale=1)[..., 2].astype(int)
    cool = overlay.colour(-strengths, scale=1)[..., 2].astype(int)

    assert (cool - warm > 50).all()


# Machado et al. 2009 (IEEE TVCG 15:1291), full severity, on linear RGB
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.052]]
)
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(rgb, vision=None):
    """CIE L*a*b* of sRGB bytes [..., 3], as somebody sees them."""
    share = np.asarray(rgb, float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    if vision is not None:
        linear = np.clip(linear @ vision.T, 0, 1)
    xyz = linear @ TO_XYZ.T / TO_XYZ.sum(1)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    parts = [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])]
    return np.stack(parts, axis=-1)


def over(grey, strengths):
    """Evidence of these strengths laid over even grey, uint8 [N, 3]."""
    rgba = overlay.colour(np.asarray(strengths, np.float32)[None], scale=1)
    return overlay.blend(np.full((1, len(strengths)), grey, np.float32), rgba)[0]


@pytest.mark.parametrize("vision", [None, DEUTERANOPIA, PROTANOPIA], ids=["all", "deuter", "prot"])
@pytest.mark.parametrize("grey", [0.35, 0.5, 0.7])
def test_for_and_against_are_told_apart_by_every_eye(grey, vision):
    """On brain and on blood, from a third of the scale on: 15 and more apart in CIE L*a*b*."""
    strengths = np.linspace(0.33, 1, 8)
    apart = lab(over(grey, strengths), vision) - lab(over(grey, -strengths), vision)

    assert (np.linalg.norm(apart, axis=-1) > 15).all()


@pytest.mark.parametrize("grey", [0.35, 0.5])
def test_printed_in_grey_for_is_lighter_and_against_darker(grey):
    """Lightness on brain rises from full evidence against over none to full evidence for."""
    lightness = lab(over(grey, [-1, -0.5, 0, 0.5, 0.75, 1]))[:, 0]

    assert (np.diff(lightness) > 0).all()
    assert lightness[-1] - lightness[2] > 15 and lightness[2] - lightness[0] > 3


@pytest.mark.parametrize("strength", [1.0, -1.0, 30.0])
def test_a_bleed_stands_out_under_the_strongest_evidence(strength):
    """Blood against brain, 60 and 35 HU in the brain window: a third of the contrast is left."""
    blood, brain = over(0.75, [strength])[0], over(0.44, [strength])[0]
    bare = np.subtract(over(0.75, [0.0])[0].astype(int), over(0.44, [0.0])[0])

    assert (np.subtract(blood.astype(int), brain) > 0.33 * bare).all()
    assert lab(blood)[0] - lab(brain)[0] > 6


def test_the_scale_is_absolute():
    """A weak map looks weak: its colours do not depend on its own range."""
    weak = np.array([[0.02, 0.04]], np.float32)
    strong = np.array([[0.02, 0.40]], np.float32)

    assert (overlay.colour(weak, 0.4)[0, 0] == overlay.colour(strong, 0.4)[0, 0]).all()
    assert overlay.colour(weak, 0.4)[..., 3].max() < 30


def test_opacity_grows_with_evidence_and_saturates_at_the_scale():
    """Twice the evidence, twice the opacity; beyond the scale nothing changes."""
    alpha = overlay.colour(np.array([[0.1, 0.2, 0.4, 4.0]], np.float32), 0.4)[0, :, 3].astype(int)

    assert abs(alpha[1] - 2 * alpha[0]) <= 1
    assert alpha[2] == alpha[3] == alpha.max() < 255


def test_the_map_is_not_changed():
    """Colouring reads its input only."""
    per_cell = np.array([[0.1, -3.0]], np.float32)
    before = per_cell.copy()
    overlay.colour(per_cell, 0.4)

    assert (per_cell == before).all()


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan")])
def test_a_scale_that_is_not_positive_is_refused(scale):
    """There is no colour without a scale."""
    with pytest.raises(ValueError, match="greater than 0"):
        overlay.colour(np.zeros((2, 2), np.float32), scale)


def test_blending_at_no_opacity_shows_the_slice():
    """Opacity 0 leaves grey as it is."""
    grey = np.array([[0.0, 0.5, 1.0]], np.float32)
    rgba = overlay.colour(np.ones((1, 3), np.float32), scale=1)
    blended = overlay.blend(grey, rgba, opacity=0)

    assert blended.tolist() == [[[0, 0, 0], [128, 128, 128], [255, 255, 255]]]


def test_blending_is_a_weighted_mean():
    """Half opaque red over white is (255, 128, 128) within rounding."""
    rgba = np.array([[[255, 0, 0, 255]]], np.uint8)
    blended = overlay.blend(np.ones((1, 1), np.float32), rgba, opacity=0.5)

    assert blended.dtype == np.uint8
    assert np.abs(blended[0, 0].astype(int) - [255, 128, 128]).max() <= 1


def test_the_colour_bar_is_drawn_by_the_same_colours():
    """Its top is full evidence for, its bottom full evidence against, its middle nothing."""
    bar = overlay.colour_bar(height=101, width=3)
    full = overlay.colour(np.array([[1.0, -1.0]], np.float32), scale=1)[0]

    assert bar.shape == (101, 3, 4)
    assert (bar[0] == full[0]).all()
    assert (bar[-1] == full[1]).all()
    assert bar[50, 0, 3] == 0


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 3), (4, 5, 4)])
def test_a_png_holds_every_pixel(shape):
    """Grey, RGB and RGBA come back from the file as they went in."""
    picture = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    back = np.asarray(Image.open(BytesIO(overlay.to_png(picture))))

    assert (back == picture).all()


def test_grey_is_rounded_to_bytes():
    """0 is black, 1 is white, values between are rounded."""
    grey = np.array([[0.0, 0.5, 1.0]], np.float32)

    assert overlay.to_grey(grey).tolist() == [[0, 128, 255]]


def test_shrinking_keeps_the_aspect_and_leaves_small_pictures_alone():
    """The longer side comes down to the limit; a smaller picture is handed back."""
    small = np.ones((10, 20), np.float32)

    assert overlay.shrink(np.ones((100, 400), np.float32), 40).shape == (10, 40)
    assert overlay.shrink(np.ones((1, 4000), np.float32), 40).shape == (1, 40)
    assert overlay.shrink(small, 40) is small


def test_content_is_found_with_a_margin():
    """A bright square's place is given as fractions of the picture, a little widened."""
    grey = np.zeros((200, 100), np.float32)
    grey[50:150, 20:60] = 1
    left, top, width, height = overlay.content(grey)

    assert (left, top) == pytest.approx((0.17, 0.22), abs=0.02)
    assert (left + width, top + height) == pytest.approx((0.63, 0.78), abs=0.02)


def test_content_of_an_empty_picture_is_all_of_it():
    """Nothing stands out: the viewer shows the whole picture."""
    assert overlay.content(np.zeros((50, 50), np.float32)) == (0.0, 0.0, 1.0, 1.0)
