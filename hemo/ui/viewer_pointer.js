// The pointer on the stage: reading out, moving, windowing, zooming, pointing and painting.
const WINDOW_STEP = 0.6; // HU a pixel, more for wide windows
const pointers = new Map(); // those that are down: id -> {x, y}
let drag = null; // {how, from: {x, y}, last: {x, y}, moved}

function connectPointer(stage, canvas) {
  canvas.addEventListener("pointerdown", (event) => press(event, canvas));
  canvas.addEventListener("pointermove", (event) => move(event, canvas));
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, release);
  canvas.addEventListener("pointerleave", () => readOut(null));
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("dblclick", () => act(fit));
  stage.addEventListener("wheel", (event) => wheel(event, canvas), { passive: false });
}

function pointOf(event, canvas) {
  const box = canvas.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function howTo(event) {
  if (event.button === 2 || event.shiftKey) return "window";
  if (state.tool === "brush") return "brush";
  return state.tool === "pick" ? "pick" : "move";
}

function press(event, canvas) {
  if (!current() || isVeiled()) return;
  const point = pointOf(event, canvas);
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, point);
  drag = { how: pointers.size > 1 ? "pinch" : howTo(event), from: point, last: point, moved: false };
  if (drag.how === "brush") brushTo(point, point);
}

function move(event, canvas) {
  const point = pointOf(event, canvas);
  if (!drag || !pointers.has(event.pointerId)) {
    if (!isVeiled()) readOut(point);
    return;
  }
  const last = pointers.get(event.pointerId);
  if (drag.how === "pinch") pinch(event.pointerId, point);
  pointers.set(event.pointerId, point);
  const [dx, dy] = [point.x - last.x, point.y - last.y];
  if (Math.hypot(point.x - drag.from.x, point.y - drag.from.y) > 4) drag.moved = true;
  if (drag.how === "move" || (drag.how === "pick" && drag.moved)) act(() => moveBy(dx, dy, size()));
  if (drag.how === "window") windowBy(dx, dy);
  if (drag.how === "brush") brushTo(last, point);
}

function pinch(id, point) {
  const other = Array.from(pointers).find(([each]) => each !== id)?.[1];
  const last = pointers.get(id);
  if (!other) return;
  const [before, after] = [last, point].map((p) => Math.hypot(p.x - other.x, p.y - other.y));
  const middle = { x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 };
  act(() => {
    zoomBy(after / Math.max(before, 1), middle, size());
    moveBy((point.x - last.x) / 2, (point.y - last.y) / 2, size());
  });
}

function release(event) {
  pointers.delete(event.pointerId);
  if (!drag || pointers.size > 0) return;
  const { how, from, moved } = drag;
  drag = null;
  if (event.type === "pointercancel") return;
  if (how === "brush") tellBrush();
  if (how === "pick" && !moved) pickAt(toPixel(current(), size(), from));
}

function windowBy(dx, dy) {
  if (current().units !== "HU") return;
  const step = WINDOW_STEP * Math.max(shownIn.width / 150, 0.5);
  act(() => setWindow(shownIn.center + dy * step, shownIn.width + dx * step));
}

function brushTo(from, to) {
  const [a, b] = [from, to].map((point) => toPixel(current(), size(), point));
  act(() => paintWith(current(), a, b));
}

function wheel(event, canvas) {
  if (!current() || isVeiled()) return;
  const isZoom = event.ctrlKey || event.metaKey;
  if (!isZoom && !isSeries()) return; // the page scrolls
  event.preventDefault();
  if (isZoom) act(() => zoomBy(Math.exp(-event.deltaY * 0.004), pointOf(event, canvas), size()));
  else if (event.deltaY !== 0) goTo(state.index + Math.sign(event.deltaY));
}
