"""Letters burned into a picture are found; markers, ticks, dots and heads are none."""

import cv2
import numpy as np
import pytest

from hemo import phantom
from hemo.gate.text import has_burned_in_text
from hemo.slice import Slice
from hemo.windowing import to_display


@pytest.fixture(scope="module")
def head():
    """A normal head in its brain window, with room beside it."""
    return to_display(phantom.draw(None, seed=12).slice)


def write(grey, text, at=(8, 24), size=0.6, white=1.0, thickness=1):
    """A copy with a text in OpenCV's own letters, about 20 · size pixels high."""
    written = np.array(grey)
    cv2.putText(written, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, white, thickness, cv2.LINE_AA)
    return written


def found(grey):
    """Whether letters are found on a picture."""
    return has_burned_in_text(Slice(grey, "display"))


@pytest.mark.parametrize("text", ["DOE JANE", "Muster, Erika", "ID 4711-33", "1957-04-12"])
@pytest.mark.parametrize("size", [0.4, 0.6, 1.0])
def test_names_and_numbers_are_found(head, text, size):
    """From 8 pixels on, in the corner where viewers write them."""
    assert found(write(head, text, size=size, thickness=2 if size == 1 else 1))


def test_grey_letters_on_a_light_page_are_found(head):
    """A screenshot with a white strip under the picture."""
    page = np.vstack([head, np.ones((60, head.shape[1]), np.float32)])

    assert not found(page)
    assert found(write(page, "DOE JANE", at=(20, head.shape[0] + 40), white=0.3))


def test_letters_in_hounsfield_units_are_found():
    """Burned into a CT they are as bright as its pixels can be."""
    pixels = phantom.draw("subdural", seed=1).slice.pixels

    assert not has_burned_in_text(Slice(pixels, "HU"))
    assert has_burned_in_text(Slice(write(pixels, "DOE JANE", white=3071.0), "HU"))


@pytest.mark.parametrize("text", ["R", "L", "A", "5 cm", "...", "- - - - - -", "iiiiiiii"])
def test_markers_are_not_letters_in_a_row(head, text):
    """A side, a length, dots, dashes and a row of alike strokes name nobody."""
    assert not found(write(head, text))


@pytest.mark.parametrize("length", [6, 12, 20])
def test_a_scale_is_no_word(head, length):
    """Ticks in a row or in a column, however long."""
    grey = np.array(head)
    for i in range(12):
        grey[500 - length : 500, 60 + 16 * i : 62 + 16 * i] = 1
        grey[100 + 20 * i : 102 + 20 * i, 500 - length : 500] = 1

    assert not found(grey)


@pytest.mark.parametrize("kind", [None, "subarachnoid", "epidural"])
def test_phantoms_carry_no_letters(kind):
    """Neither folds nor blood are taken for any."""
    for seed in range(4):
        assert not has_burned_in_text(phantom.draw(kind, seed=seed).slice)


def test_real_slices_carry_none(shared_data):
    """Every twentieth of PHE: at most one false alarm in a hundred."""
    from hemo import read

    files = sorted((shared_data / "phe" / "slices").iterdir())[::20]
    alarms = sum(has_burned_in_text(read(file)[0]) for file in files)

    assert len(files) > 100
    assert alarms <= len(files) / 100


@pytest.mark.parametrize("name", ["178", "181", "190"])
def test_letters_on_pictures_of_the_web_are_found(shared_data, name):
    """Small and blurred: "5 of 29", "FOSSE" and "Annotation"."""
    from hemo import read

    assert has_burned_in_text(read(shared_data / "kaggle200" / "head_ct" / f"{name}.png")[0])


@pytest.mark.parametrize("shape", [(96, 96), (1, 500), (40, 3000)])
def test_any_shape_is_looked_at(shape):
    """An empty picture of an odd shape carries none."""
    assert not found(np.zeros(shape, np.float32))
