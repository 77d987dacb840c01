"""Slice → network input: the head is found whole, letterboxed, and the same for everybody."""

import numpy as np
import pytest

from hemo.preprocessing import (
    Preprocessing,
    View,
    crop,
    cut,
    filled,
    framed,
    head_mask,
    preprocess,
    to_input,
)
from hemo.slice import Slice
from hemo.training.dataset import Sample, load_square
from hemo.training.draw import Draw, Epoch
from hemo.training.recipes import HEMO

SPEC = Preprocessing()


def disc(shape, centre, radii, value=0.4, rim=1.0):
    """A head of even grey with a bright skull: [H, W] in [0, 1], black around it."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    distance = ((y - centre[0]) / radii[0]) ** 2 + ((x - centre[1]) / radii[1]) ** 2
    grey = np.zeros(shape, np.float32)
    grey[distance <= 1] = rim
    grey[distance <= 0.8] = value
    return grey


def test_the_view_is_the_heads_box_with_its_margin():
    """A head of 200 x 160 pixels gives a square of 200 plus two margins of 4 %."""
    grey = disc((400, 500), (180, 260), (100, 80))

    _, view = crop(Slice(grey, "display"), SPEC)

    assert view.side == pytest.approx(216, abs=10)
    assert view.top + view.side / 2 == pytest.approx(180, abs=3)
    assert view.left + view.side / 2 == pytest.approx(260, abs=3)
    assert view.head_found


def test_what_lies_beside_the_head_is_black():
    """A head-rest, a finger and letters beside the head neither widen the view nor show in it."""
    grey = disc((400, 400), (170, 200), (130, 100))
    alone, view_alone = crop(Slice(grey, "display"), SPEC)
    grey[330:334, 60:340] = 0.9  # head-rest: a thin line below
    grey[150:200, 20:45] = 0.5  # a finger
    grey[5:20, 5:15] = 1.0  # a letter

    beside, view = crop(Slice(grey, "display"), SPEC)

    assert view == view_alone
    np.testing.assert_array_equal(beside, alone)


@pytest.mark.parametrize("background", [0.0, 0.25])
def test_the_head_is_found_on_a_dark_background(background):
    """Pictures from the web stand on black or grey: the mask is the head, a little wider."""
    grey, head = on_background(background)

    mask = head_mask(grey)

    assert mask is not None
    assert mask[head].all()
    assert mask.sum() == pytest.approx(1.08 * head.sum(), rel=0.04)


def test_the_skull_is_kept_on_a_white_background():
    """White skull on white: only the brain stands out, and the mask is widened by a skull."""
    grey, head = on_background(1.0)

    mask = head_mask(grey)

    assert mask is not None
    assert mask[head].mean() > 0.995
    assert not mask[2, 2]


def on_background(background):
    """A head in the middle of a picture of 300 x 260, and where it is."""
    grey = disc((300, 260), (150, 130), (120, 95))
    y, x = np.ogrid[:300, :260]
    head = ((y - 150) / 120) ** 2 + ((x - 130) / 95) ** 2 <= 1
    return np.where(head, grey, np.float32(background)), head


def test_nothing_of_a_head_that_fills_the_picture_is_cut_off():
    """Every pixel of a head that reaches the picture's edges is inside the view."""
    grey = disc((200, 160), (99.5, 79.5), (100, 80))

    square, view = crop(Slice(grey, "display"), SPEC)

    assert view.top < 0
    assert view.left < 0
    assert square.sum() == pytest.approx(grey.sum())


def test_an_empty_picture_has_no_head():
    """Air alone: the view is the whole picture and says that no head was found."""
    _, view = crop(Slice(np.zeros((200, 300), np.float32), "display"), SPEC)

    assert not view.head_found
    assert view == View(top=-50, left=0, side=300, shape=(200, 300), head_found=False)


def test_cut_pads_with_zeros():
    """A view that begins outside the picture shows zeros there."""
    image = np.arange(1, 7, dtype=np.float32).reshape(2, 3)

    square = cut(image, View(top=-1, left=1, side=3, shape=(2, 3)))

    np.testing.assert_array_equal(square, [[0, 0, 0], [2, 3, 0], [5, 6, 0]])


def test_cut_leaves_out_what_a_mask_leaves_out():
    """Zero beside the mask, as beside the picture."""
    image = np.arange(1, 7, dtype=np.float32).reshape(2, 3)
    mask = np.array([[True, True, False], [False, True, True]])

    square = cut(image, View(top=-1, left=1, side=3, shape=(2, 3)), where=mask)

    np.testing.assert_array_equal(square, [[0, 0, 0], [2, 0, 0], [5, 6, 0]])


def test_a_ring_is_filled_and_an_open_one_is_not():
    """What a mask encloses belongs to it; the picture around is reached from the corner."""
    ring = np.zeros((7, 7), np.bool_)
    ring[1:6, 1:6] = True
    ring[2:5, 2:5] = False
    gap = ring.copy()
    gap[3, 1] = False

    assert filled(ring).sum() == 25
    np.testing.assert_array_equal(filled(gap), gap.astype(np.uint8))


def test_a_frame_has_one_grey():
    """Two pixels of it on each side."""
    wide = framed(np.ones((2, 3), np.float32), 2, 0.25)

    assert wide.shape == (6, 7) and wide.dtype == np.float32
    assert wide[2:-2, 2:-2].min() == 1
    assert wide.sum() == 6 + 0.25 * (42 - 6)


def test_input_is_normalised_per_channel():
    """Grey 0.5 everywhere becomes (0.5 - mean) / std in each of three channels."""
    tensor = to_input(np.full((50, 50), 0.5, np.float32), SPEC)

    assert tensor.shape == (3, 224, 224)
    assert tensor.dtype == np.float32
    np.testing.assert_allclose(tensor[0], (0.5 - 0.485) / 0.229, rtol=1e-5)
    np.testing.assert_allclose(tensor[2], (0.5 - 0.406) / 0.225, rtol=1e-5)


def test_hounsfield_and_display_slices_give_the_same_input():
    """A HU slice is shown to the network in the brain window, exactly as its PNG would be."""
    grey = disc((256, 256), (128, 128), (100, 80))
    hu = SPEC.window.invert(grey)

    from_hu, _ = preprocess(Slice(hu, "HU"), SPEC)
    from_display, _ = preprocess(Slice(grey, "display"), SPEC)

    np.testing.assert_allclose(from_hu, from_display, atol=1e-5)


def test_the_slice_is_not_changed():
    """Preprocessing works on copies."""
    slice_ = Slice(disc((200, 200), (100, 100), (80, 60)), "display")
    before = slice_.pixels.copy()

    preprocess(slice_, SPEC)

    np.testing.assert_array_equal(slice_.pixels, before)


def test_training_and_serving_see_identical_tensors(tmp_path):
    """A training sample without augmentation is the very tensor that the reader computes."""
    from PIL import Image

    grey = disc((300, 240), (150, 120), (120, 90))
    path = tmp_path / "000.png"
    Image.fromarray((grey * 255).astype(np.uint8)).save(path)
    sample = Sample(path, "folder", 0, "a")

    item = Epoch([Draw(sample, paint=False, seed=None)], SPEC, HEMO)[0]
    served, _ = preprocess(sample.slice(), SPEC)

    np.testing.assert_array_equal(item["image"].numpy(), served)
    np.testing.assert_array_equal(to_input(load_square(sample, SPEC).grey, SPEC), served)


def test_settings_survive_the_card():
    """What is written as JSON reads back as it was."""
    spec = Preprocessing(size=320, margin=0.1)

    assert Preprocessing.from_json(spec.to_json()) == spec
