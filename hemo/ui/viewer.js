// The viewer: draws what views.py describes, on one canvas, all in the browser. The files before
// this one hold the parts; here is what is shown now, and who is told.
const viewer = element.querySelector(".viewer");
const one = (selector) => viewer.querySelector(selector);
const canvas = one(".canvas");
const nothing = { state: "empty", slices: [], message: props.value?.message };
const state = {
  slices: [],
  index: 0,
  evidence: true,
  opacity: 0.65,
  compare: false,
  split: 0.5,
  tool: "look",
  highlighted: 0,
  marks: [],
  cross: null, // the cross hair, in pixels of the slice
  pair: false, // two slices are before and after
};

const current = () => state.slices[state.index] ?? null;
const isSeries = () => state.slices.length > 1 && !state.pair;
const isVeiled = () => getComputedStyle(one(".veil")).display !== "none";
const size = () => ({ width: canvas.clientWidth, height: canvas.clientHeight });
const middle = () => ({ x: size().width / 2, y: size().height / 2 });
const canCompare = () => state.pair || Boolean(current()?.evidence);

function tell(name, detail) {
  const viewerId = element.closest("[id^=hemo-]").id;
  document.dispatchEvent(new CustomEvent(`hemo:${name}`, { detail: { viewer: viewerId, ...detail } }));
  if (name === "pick") trigger("pick", detail);
  if (name === "brush") trigger("brush", detail);
}

// Change something and paint it, once a frame however often it changes.
function act(change) {
  change();
  paint();
}

let isDue = false;
function paint() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    if (element.isConnected) paintNow();
  });
}

function paintNow() {
  const stage = size();
  const ratio = Math.min(devicePixelRatio || 1, 3);
  const [width, height] = [Math.round(stage.width * ratio), Math.round(stage.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, stage.width, stage.height);
  canvas.dataset.ready = String(Boolean(current()) && paintAll(pen, stage));
  showWindow();
}

function paintAll(pen, stage) {
  const slice = current();
  const options = { evidence: state.evidence, opacity: state.opacity, then: paint };
  const isReady = paintSlice(pen, slice, stage, options);
  if (state.evidence) paintRegions(pen, slice, stage, state.highlighted);
  if (state.compare && canCompare()) paintLeft(pen, stage);
  paintTruth(pen, slice, stage);
  if (brush.slice === slice) paintBrush(pen, slice, stage, brush.canvas);
  for (const mark of state.marks) paintCross(pen, slice, stage, mark, "#9be8f2");
  if (state.cross) paintCross(pen, slice, stage, state.cross, "#ffffff");
  return isReady;
}

// Left of the line: the slice without its evidence, or what it was before.
function paintLeft(pen, stage) {
  const before = state.pair ? state.slices[1 - state.index] : current();
  pen.save();
  pen.beginPath();
  pen.rect(0, 0, stage.width * state.split, stage.height);
  pen.clip();
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, stage.width, stage.height);
  const options = { evidence: state.pair && state.evidence, opacity: state.opacity, then: paint };
  paintSlice(pen, before, stage, options);
  if (state.pair && state.evidence) paintRegions(pen, before, stage, 0);
  pen.restore();
}

function readOut(point, aloud = false) {
  const place = one(".readout");
  const slice = current();
  place.setAttribute("aria-live", aloud ? "polite" : "off");
  place.textContent = point && slice ? inWords(under(slice, toPixel(slice, size(), point))) : "";
}

function pickAt(pixel) {
  const slice = current();
  const isInside = pixel.x >= -0.5 && pixel.y >= -0.5 && pixel.x < slice.width && pixel.y < slice.height;
  if (isInside) tell("pick", { index: state.index, x: pixel.x, y: pixel.y });
}

function goTo(index) {
  const next = Math.min(Math.max(index, 0), state.slices.length - 1);
  if (next === state.index || next < 0) return;
  state.index = next;
  state.cross = null;
  showSlice();
  tell("slice", { index: next });
}

// What changes with the slice in view.
function showSlice() {
  const slice = current();
  viewer.classList.toggle("has-slice", Boolean(slice));
  viewer.classList.toggle("has-evidence", Boolean(slice?.evidence));
  viewer.classList.toggle("can-compare", canCompare());
  viewer.dataset.index = state.index;
  one(".remark").textContent = slice?.note && viewer.dataset.state === "shown" ? slice.note : "";
  canvas.setAttribute("aria-label", described(slice));
  drawCaption(slice?.caption ?? []);
  drawBar(slice?.evidence);
  drawSplit();
  markStrip();
  readOut(null);
  for (const near of [state.index + 1, state.index - 1]) {
    if (state.slices[near]) pixelsOf(state.slices[near], () => {}); // ready when scrolled to
  }
  paint();
}

function draw() {
  const value = props.value ?? nothing;
  viewer.dataset.state = value.state;
  drawVeil(value.state === "busy" && !value.message ? { title: "Reading…" } : value.message ?? {});
  if (value.state === "busy" && !value.slices?.length) return; // the last slices stay, veiled
  viewer.dataset.blurred = Boolean(value.blurred);
  const isSame = state.slices.length > 0 && value.index === undefined;
  state.slices = value.slices ?? [];
  state.pair = Boolean(value.pair);
  state.marks = value.marks ?? [];
  state.index = Math.min(isSame ? state.index : value.index ?? 0, Math.max(state.slices.length - 1, 0));
  if (!isSame) startAfresh(value);
  drawStrip();
  showSlice();
  tell("shown", { value });
}

function startAfresh(value) {
  state.cross = null;
  state.highlighted = 0;
  brush.slice = brush.canvas = null;
  if (!value.keep) {
    fit();
    setWindow(WINDOWS[0].center, WINDOWS[0].width);
  }
  setEvidence(value.evidence ?? true);
  setTool("look");
  state.split = value.pair ? besideChange() : 0.5;
  setCompare(Boolean(value.compare));
}

// Where the line between before and after lies first: what was changed is all on its right.
function besideChange() {
  const places = (current()?.truth ?? []).flat().map(([x, y]) => toStage(current(), size(), { x, y }).x);
  const left = places.length ? Math.min(...places) : size().width / 2;
  return Math.min(Math.max((left - 12) / Math.max(size().width, 1), 0.04), 0.9);
}

// What other parts of the page ask of this viewer; what names another one is not for it.
function on(name, heard) {
  const listen = (event) => {
    if (!element.isConnected) document.removeEventListener(name, listen);
    else if (!event.detail?.viewer || event.detail.viewer === element.closest("[id^=hemo-]").id) heard(event.detail ?? {});
  };
  document.addEventListener(name, listen);
}

on("hemo:goto", ({ index }) => goTo(index));
on("hemo:tool", ({ tool, clear }) => {
  setTool(tool);
  if (clear) act(clearBrush);
});
on("hemo:show", ({ value }) => {
  if (!value) return;
  props.value = value;
  draw();
});
on("hemo:fill", ({ number }) => {
  const region = current()?.regions?.find((one) => one.number === number);
  if (!region) return;
  act(() => paintOutline(current(), region.outline));
  tellBrush();
});
on("hemo:highlight", ({ number }) => act(() => (state.highlighted = number)));
on("hemo:forget", () => {
  layers.clear();
  props.value = nothing;
  draw();
});

connectControls();
connectPointer(one(".stage"), canvas);
connectKeys(canvas);
new ResizeObserver(() => act(() => keepInView(size()))).observe(canvas);
watch("value", draw);
draw();
