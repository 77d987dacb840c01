"""The viewer by itself in a browser, without page or server: what hands and keys do to it."""

import json
import re

import numpy as np
import pytest
from tabs import drawn, needs_chromium

from hemo import phantom
from hemo.ui import parts
from hemo.ui.slices import slice_view

MOUNT = """
([html, css, script]) => {
  const block = document.createElement("div");
  block.id = "hemo-viewer";
  block.style.height = "640px";
  block.innerHTML = html;
  const style = document.createElement("style");
  style.textContent = `#hemo-viewer { ${css} }`;
  document.head.append(style);
  document.body.append(block);
  window.told = [];
  for (const name of ["pick", "brush", "slice", "action", "anyway", "forget"]) {
    document.addEventListener(`hemo:${name}`, ({detail}) => {
      window.told.push({event: name, ...detail});
    });
  }
  window.triggered = [];
  const trigger = (name, detail) => window.triggered.push(name);
  const props = {value: {state: "empty", slices: [], message: {title: "Empty"}}};
  Function("element", "trigger", "props", "server", "upload", "watch", script)(
    block, trigger, props, {}, null, () => {});
}
"""
SHAPE = (128, 128)

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def heads(known_reader):
    """Three synthetic slices in Hounsfield units, read, and one in grey that is not."""
    drawings = [phantom.draw("epidural", seed=seed, shape=SHAPE) for seed in (1, 2, 3)]
    views = [
        slice_view(one.slice, known_reader.read(one.slice, anyway=True), known_reader.card,
                   truth=one.mask)
        for one in drawings
    ]  # fmt: skip
    grey = np.clip(drawings[0].slice.pixels / 80, 0, 1)
    plain = slice_view(
        type(drawings[0].slice)(grey.astype(np.float32), "display"), None, known_reader.card
    )
    return json.loads(json.dumps([*views, plain]))


@pytest.fixture(scope="module")
def context(chromium):
    """One window for all."""
    context = chromium.new_context(viewport={"width": 900, "height": 700})
    yield context
    context.close()


@pytest.fixture
def tab(context):
    """An empty page with a viewer on it."""
    tab = context.new_page()
    tab.faults = []
    tab.on("pageerror", lambda error: tab.faults.append(str(error)))
    tab.set_content("<!doctype html><html lang='en'><body></body></html>")
    tab.evaluate(
        MOUNT, [parts.asset("viewer.html"), parts.asset("viewer.css"), parts.script("viewer")]
    )
    yield tab
    assert tab.faults == []
    tab.close()


def show(tab, *slices, **more):
    """Draw slices and wait for the first to be there."""
    value = {"state": "shown", "slices": slices, "index": 0} | more
    tab.evaluate(
        "value => document.dispatchEvent(new CustomEvent('hemo:show', {detail: {value}}))", value
    )
    tab.wait_for_selector(".canvas[data-ready=true]")


def told(tab, name):
    """What was told under a name."""
    return [one for one in tab.evaluate("window.told") if one["event"] == name]


def test_keys_change_the_picture_and_change_it_back(tab, heads):
    """Evidence, windows, zoom, fit, compare."""
    show(tab, heads[0])
    first = drawn(tab)
    pictures = {}
    for key in ("o", "o", "2", "3", "4", "1", "+", "f", "c", "c"):
        tab.keyboard.press(key)
        pictures.setdefault(key, []).append(drawn(tab))

    assert pictures["o"][1] == pictures["1"][0] == pictures["f"][0] == pictures["c"][1] == first
    changed = [pictures[key][0] for key in ("o", "2", "3", "4", "+", "c")]
    assert len({first, *changed}) == 7


def test_a_window_is_dragged_free(tab, heads):
    """Right button: to the right is wider, downwards is brighter values in the middle."""
    show(tab, heads[0])
    tab.mouse.move(300, 300)
    tab.mouse.down(button="right")
    tab.mouse.move(350, 320, steps=3)
    tab.mouse.up(button="right")
    drawn(tab)

    assert int(tab.input_value(".window .width")) > 80
    assert int(tab.input_value(".window .center")) > 40
    assert tab.input_value(".preset") == "-1"
    assert "Window: free" in tab.inner_text(".caption")


def test_a_window_is_typed(tab, heads):
    """For whoever has no mouse."""
    show(tab, heads[0])
    first = drawn(tab)
    tab.fill(".window .width", "150")

    assert drawn(tab) != first


def test_grey_pictures_keep_their_window_and_say_why(tab, heads):
    """No key and no drag changes it."""
    show(tab, heads[3])
    first = drawn(tab)
    tab.keyboard.press("2")
    tab.mouse.move(300, 300)
    tab.mouse.down(button="right")
    tab.mouse.move(350, 320)
    tab.mouse.up(button="right")

    assert drawn(tab) == first
    assert not tab.is_visible(".preset")
    assert "burned in" in tab.inner_text(".fixed")
    assert "Hounsfield" in tab.get_attribute(".window", "title")


def test_values_are_read_out_by_pointer_and_by_keyboard(tab, heads):
    """Hounsfield units and logits per cell; outside the slice nothing."""
    show(tab, heads[0])
    tab.hover(".canvas")
    by_pointer = tab.inner_text(".readout")
    tab.mouse.move(2, 699)
    nothing = tab.text_content(".readout")
    tab.focus(".canvas")
    tab.keyboard.press("ArrowRight")
    by_key = tab.inner_text(".readout")

    pattern = r"\d+, \d+ · −?\d+ HU · [+−]?\d+\.\d\d logits per cell"
    assert re.fullmatch(pattern, by_pointer)
    assert re.fullmatch(pattern, by_key)
    assert nothing == ""


def test_a_series_is_scrolled_by_wheel_arrows_and_strip(tab, heads):
    """To its ends and no further; every new slice is told."""
    show(tab, *heads[:3])
    tab.hover(".canvas")
    for _ in range(5):
        tab.mouse.wheel(0, 100)
    tab.wait_for_selector(".viewer[data-index='2']")
    tab.focus(".canvas")
    tab.keyboard.press("ArrowUp")
    tab.wait_for_selector(".viewer[data-index='1']")
    tab.click(".strip button >> nth=0")

    assert tab.get_attribute(".viewer", "data-index") == "0"
    assert [one["index"] for one in told(tab, "slice")] == [1, 2, 1, 0]
    assert tab.get_attribute(".strip button >> nth=0", "aria-current") == "true"


def test_a_growing_series_keeps_its_place(tab, heads):
    """More slices without an index: the one in view stays."""
    show(tab, *heads[:2])
    tab.keyboard.press("Tab")
    tab.focus(".canvas")
    tab.keyboard.press("End")
    tab.evaluate(
        "value => document.dispatchEvent(new CustomEvent('hemo:show', {detail: {value}}))",
        {"state": "shown", "slices": heads[:3]},
    )

    assert tab.get_attribute(".viewer", "data-index") == "1"
    assert tab.locator(".strip button").count() == 3


def test_pointing_is_told_in_pixels_of_the_slice(tab, heads):
    """A click in the middle; and Enter under the cross hair."""
    show(tab, heads[0])
    tab.evaluate("document.dispatchEvent(new CustomEvent('hemo:tool', {detail: {tool: 'pick'}}))")
    box = tab.locator(".canvas").bounding_box()
    left, top, across, down = heads[0]["content"]
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.focus(".canvas")
    tab.keyboard.press("ArrowLeft")
    tab.keyboard.press("Enter")
    clicked, entered = told(tab, "pick")

    assert clicked["x"] == pytest.approx((left + across / 2) * SHAPE[1] - 0.5, abs=0.5)
    assert clicked["y"] == pytest.approx((top + down / 2) * SHAPE[0] - 0.5, abs=0.5)
    assert entered["x"] < SHAPE[1] / 2
    assert tab.evaluate("window.triggered") == ["pick", "pick"]


def test_a_drag_does_not_point(tab, heads):
    """Only a click does."""
    show(tab, heads[0])
    tab.evaluate("document.dispatchEvent(new CustomEvent('hemo:tool', {detail: {tool: 'pick'}}))")
    tab.mouse.move(300, 300)
    tab.mouse.down()
    tab.mouse.move(360, 330, steps=3)
    tab.mouse.up()

    assert told(tab, "pick") == []


def test_the_brush_tells_a_mask_of_the_slice(tab, heads):
    """Painted by hand, then a region filled, then nothing."""
    from hemo.ui.slices import mask_from

    show(tab, heads[0])
    tool = "tool => document.dispatchEvent(new CustomEvent('hemo:tool', {detail: tool}))"
    tab.evaluate(tool, {"tool": "brush"})
    tab.mouse.move(400, 300)
    tab.mouse.down()
    tab.mouse.move(440, 300, steps=3)
    tab.mouse.up()
    tab.wait_for_function("window.told.some(({event}) => event === 'brush')")
    stroke = told(tab, "brush")[-1]
    tab.evaluate(tool, {"tool": "look"})
    tab.wait_for_function("window.told.at(-1).mask === ''")
    tab.evaluate("document.dispatchEvent(new CustomEvent('hemo:fill', {detail: {number: 1}}))")
    tab.wait_for_function("window.told.at(-1).mask !== ''")
    region = told(tab, "brush")[-1]

    assert 20 < mask_from(stroke["mask"], *SHAPE).sum() < 2000
    assert mask_from(region["mask"], *SHAPE).sum() > 20


def test_the_message_stands_over_a_blurred_picture(tab, heads):
    """Its buttons do what they are named; forgetting leaves no picture."""
    actions = [{"name": "show", "label": "Show"}, {"name": "other", "label": "Other"}]
    show(tab, heads[0], blurred=True, message={"title": "Letters", "actions": actions})
    blurred = tab.eval_on_selector(".canvas", "canvas => getComputedStyle(canvas).filter")
    tab.click('.actions button:text-is("Other")')
    tab.click('.actions button:text-is("Show")')

    assert blurred.startswith("blur(")
    assert told(tab, "action")[0]["viewer"] == "hemo-viewer"
    assert tab.get_attribute(".viewer", "data-blurred") == "false"
    tab.evaluate("document.dispatchEvent(new CustomEvent('hemo:forget'))")
    tab.wait_for_selector(".canvas[data-ready=false]", state="attached")
    assert tab.get_attribute(".viewer", "data-state") == "empty"


def test_before_and_after_stand_side_by_side(tab, heads):
    """The line begins left of what was changed, and is moved by the keyboard."""
    show(tab, heads[3] | {"truth": None}, heads[0], pair=True, compare=True, index=1)
    first, place = drawn(tab), int(tab.get_attribute(".split", "aria-valuenow"))
    tab.focus(".split")
    tab.keyboard.press("End")

    assert tab.get_attribute(".split", "data-right") == "after"
    assert tab.get_attribute(".split", "aria-valuenow") == "100"
    assert place < 90
    assert drawn(tab) != first
    assert not tab.is_visible(".strip")


def test_what_is_shown_is_told_to_a_screen_reader(tab, heads):
    """The reading, its regions, and the keys in a dialog that Escape closes."""
    show(tab, heads[0])
    label = tab.get_attribute(".canvas", "aria-label")
    tab.keyboard.press("?")
    listed = tab.inner_text(".help")
    tab.keyboard.press("Escape")

    assert "probability of hemorrhage" in label
    assert "region 1" in label
    assert "window: brain, subdural, stroke, bone" in listed
    assert not tab.is_visible(".help")
