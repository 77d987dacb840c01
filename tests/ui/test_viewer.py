"""The viewer's own arithmetic, run in a browser, against hemo's."""

import json

import numpy as np
import pytest
from tabs import needs_chromium

from hemo import overlay
from hemo.evidence import on_slice
from hemo.preprocessing import View
from hemo.slice import Slice
from hemo.ui import parts
from hemo.ui.slices import evidence_view, slice_view
from hemo.windowing import BONE, BRAIN, STROKE, SUBDURAL, Window

SCRIPTS = ("viewer_codec.js", "viewer_evidence.js", "viewer_look.js", "viewer_paint.js")

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def run(chromium):
    """Runs a function's body after the viewer's scripts, on an empty page; ``arg`` is its value."""
    context = chromium.new_context()
    tab = context.new_page()
    scripts = "\n".join(parts.asset(name) for name in SCRIPTS)

    def evaluate(body, arg=None):
        code = f"{scripts}\nreturn (async () => {{ {body} }})();"
        return tab.evaluate("([code, arg]) => Function('arg', code)(arg)", [code, arg])

    yield evaluate
    context.close()


@pytest.mark.parametrize(
    ("cells", "square", "shape"),
    [
        ((14, 14), (-10, 20, 300), (256, 280)),  # partly outside, above and to the right
        ((3, 5), (0, 0, 40), (40, 40)),
        ((56, 56), (5, -3, 230), (224, 256)),
    ],
)
def test_evidence_is_spread_as_the_server_spreads_it(run, cells, square, shape):
    """Logits per cell at every pixel, to a millionth of the strongest."""
    rng = np.random.default_rng(3)
    found = on_slice(rng.normal(size=cells).astype(np.float32), 0.5, View(*square, shape))
    view = evidence_view(found, 0.4, "")
    drawn = run(
        "const map = perCell(...arg); return {...map, values: Array.from(map.values)};",
        [view, shape[1], shape[0]],
    )
    there = np.zeros(shape, np.float32)
    rows = slice(drawn["top"], drawn["top"] + drawn["height"])
    columns = slice(drawn["left"], drawn["left"] + drawn["width"])
    there[rows, columns] = np.reshape(drawn["values"], (drawn["height"], drawn["width"]))

    assert np.abs(there - found.per_cell).max() < 1e-5 * np.abs(found.per_cell).max() + 1e-6


def test_colours_are_those_of_the_overlay(run):
    """Every channel within one step of 255, from full against to full for, and beyond."""
    strengths = np.linspace(-1.2, 1.2, 121, dtype=np.float32)
    expected = overlay.colour(strengths[None], 1.0)[0].astype(int)
    drawn = run("return arg.map(colourOf);", [float(s) for s in strengths])

    assert np.abs(np.array(drawn) - expected).max() <= 1


def test_the_palette_is_the_colours(run):
    """What is looked up for a pixel is what its strength has."""
    ends = run(
        "const at = (i) => Array.from(new Uint8Array(PALETTE.buffer.slice(4 * i, 4 * i + 4)));"
        "return [at(0), at(STEPS), at(2 * STEPS)];"
    )

    assert ends == overlay.colour(np.array([[-1, 0, 1]], np.float32), 1.0)[0].tolist()


@pytest.mark.parametrize("units", ["HU", "display"])
def test_pixels_arrive_in_the_browser_as_they_are(run, reader, units):
    """Hounsfield units to the unit, negative ones and jumps too; grey to the step."""
    rng = np.random.default_rng(2)
    if units == "HU":
        values = rng.integers(-1024, 3072, (31, 17))
        values[0, :2] = -32768, 32767
        pixels = values.astype(np.float32)
    else:
        values = rng.integers(0, 256, (31, 17))
        pixels = (values / 255).astype(np.float32)
    view = json.loads(json.dumps(slice_view(Slice(pixels, units), None, reader.card)))
    shown = run("const p = await decoded(arg); return {...p, values: Array.from(p.values)};", view)

    assert (shown["width"], shown["height"]) == (17, 31)
    assert shown["isHounsfield"] == (units == "HU")
    assert np.array_equal(np.reshape(shown["values"], (31, 17)), values)


def test_a_mask_is_packed_as_the_server_unpacks_it(run):
    """Zeros and ones, row by row."""
    from hemo.ui.slices import mask_from

    text = run("return maskText(Uint8Array.from([0, 1, 0, 0, 1, 1]));")

    assert mask_from(text, 2, 3).tolist() == [[False, True, False], [False, True, True]]


def test_windows_are_those_of_hemo(run):
    """Center and width of the four presets, and grey as DICOM has it."""
    presets = run("return WINDOWS;")
    known = [BRAIN, SUBDURAL, STROKE, BONE]
    hu = np.array([-50, 0, 20.0, 40, 60, 80, 200], np.float32)
    greys = run("return arg.map((hu) => grey(hu, {center: 35, width: 90}));", hu.tolist())

    assert [Window(p["center"], p["width"]) for p in presets] == known
    assert np.abs(np.array(greys) / 255 - Window(35, 90).apply(hu)).max() <= 0.5 / 255 + 1e-6


def test_a_point_of_the_stage_and_its_pixel_are_each_others_inverse(run):
    """Zoomed and moved, on a slice with long pixels."""
    slice_ = {"width": 100, "height": 80, "aspect": 2.5, "content": [0.1, 0.2, 0.7, 0.6]}
    x, y, pixel = run(
        """const stage = {width: 640, height: 480};
        zoomBy(3, {x: 200, y: 100}, stage);
        moveBy(40, -30, stage);
        const pixel = toPixel(arg, stage, {x: 123, y: 321});
        const back = toStage(arg, stage, pixel);
        return [back.x, back.y, pixel];""",
        slice_,
    )

    assert (x, y) == (pytest.approx(123), pytest.approx(321))
    assert pixel["x"] != pytest.approx(123)


def test_the_pixel_under_the_pointer_stays_while_zooming(run):
    """Zooming is about the pointer."""
    slice_ = {"width": 100, "height": 100, "aspect": 1.0, "content": [0, 0, 1, 1]}
    before, after = run(
        """const stage = {width: 500, height: 500};
        const point = {x: 150, y: 260};
        const before = toPixel(arg, stage, point);
        zoomBy(2.5, point, stage);
        return [before, toPixel(arg, stage, point)];""",
        slice_,
    )

    assert after["x"] == pytest.approx(before["x"], abs=1e-6)
    assert after["y"] == pytest.approx(before["y"], abs=1e-6)


def test_plates_of_regions_do_not_cover_each_other(run):
    """Four that would lie on one another, one beside them, one outside the stage."""
    places = run(
        """const stage = {width: 300, height: 200};
        const taken = [];
        for (const best of [[50, 100], [60, 101], [55, 99], [50, 100], [200, 100], [-9, 300]]) {
          taken.push(plateAt({x: best[0], y: best[1]}, 80, taken, stage));
        }
        return taken.map(({x, y}) => [x, y]);"""
    )

    assert places == [[50, 100], [60, 77], [55, 123], [50, 52], [200, 100], [4, 174]]


def test_a_plate_without_room_lies_where_it_belongs(run):
    """On a stage that is one plate high there is nowhere else."""
    place = run(
        "return plateAt({x: 9, y: 0}, 80, [{x: 4, y: 4, width: 80}], {width: 99, height: 30});"
    )

    assert place == {"x": 9, "y": 4, "width": 80}
