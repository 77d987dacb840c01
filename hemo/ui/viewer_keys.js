// Keys, wherever on the page the focus is, for the viewer that is in view.
const STEP = 0.02; // of the picture: how far an arrow moves the cross hair
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const KEYS = {
  o: () => setEvidence(!state.evidence),
  c: () => setCompare(!state.compare),
  f: () => act(fit),
  0: () => act(fit),
  "+": () => act(() => zoomBy(1.25, middle(), size())),
  "=": () => act(() => zoomBy(1.25, middle(), size())),
  "-": () => act(() => zoomBy(0.8, middle(), size())),
  "?": () => setHelp(one(".help").hidden),
  Escape: () => setHelp(false),
};

function connectKeys(canvas) {
  WINDOWS.forEach((window, i) => (KEYS[i + 1] = () => chooseWindow(window)));
  const heard = (event) => {
    if (!element.isConnected) {
      document.removeEventListener("keydown", heard); // the tab was taken down
      return;
    }
    if (isForUs(event)) key(event, canvas);
  };
  document.addEventListener("keydown", heard);
}

function isForUs(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  if (!element.offsetParent || !current() || isVeiled()) return false;
  return !event.target.matches?.("textarea, select, input:not([type=range], [type=checkbox], [type=radio]), [contenteditable]");
}

function key(event, canvas) {
  const known = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (known) {
    known();
    event.preventDefault();
    return;
  }
  const isOurs = viewer.contains(event.target) && !event.target.matches("input, .split, .help *");
  if (isOurs && steer(event, event.target === canvas)) event.preventDefault();
}

// Arrows and the like, with the focus in the viewer: through a series, or the cross hair.
function steer(event, onCanvas) {
  const arrow = ARROWS[event.key];
  if (isSeries() && state.tool === "look") return scroll(event.key);
  if (!onCanvas) return false;
  if (arrow) return moveCross(arrow, event.shiftKey ? STEP / 4 : STEP);
  if (event.key === "Enter" && state.cross && state.tool === "pick") pickAt(state.cross);
  else if (event.key === " " && state.cross && state.tool === "brush") dab();
  else return false;
  return true;
}

function scroll(name) {
  const places = {
    ArrowLeft: state.index - 1,
    ArrowUp: state.index - 1,
    ArrowRight: state.index + 1,
    ArrowDown: state.index + 1,
    PageUp: state.index - 5,
    PageDown: state.index + 5,
    Home: 0,
    End: state.slices.length - 1,
  };
  if (!(name in places)) return false;
  goTo(places[name]);
  return true;
}

function moveCross([dx, dy], step) {
  const slice = current();
  const from = state.cross ?? { x: slice.width / 2, y: slice.height / 2 };
  const limit = (value, most) => Math.min(Math.max(Math.round(value), 0), most - 1);
  state.cross = {
    x: limit(from.x + dx * step * slice.width, slice.width),
    y: limit(from.y + dy * step * slice.height, slice.height),
  };
  readOut(toStage(slice, size(), state.cross), true);
  paint();
  return true;
}

function dab() {
  act(() => paintWith(current(), state.cross, state.cross));
  tellBrush();
}
