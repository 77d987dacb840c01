// Small drawings: an SVG with axes, and marks on it. Colours are the style sheet's; what is hemo and
// what is the trivial way differ in shape too (disc and full line, diamond and dashes).
const SVG = element.querySelector("svg.seed").namespaceURI;

function make(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function html(name, className = "", ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

const explained = (mark, text) => (mark.append(make("title", {}, text)), mark);

// A frame for marks: x and y turn values into places. Axes: {low, high, ticks, label, show}.
function frame(x, y, { width = 320, height = 280, label }) {
  const box = { left: 42, right: width - 10, top: 8, bottom: height - 36 };
  const scale = (axis, from, to) => (value) =>
    from + ((to - from) * (value - axis.low)) / (axis.high - axis.low);
  const at = { x: scale(x, box.left, box.right), y: scale(y, box.bottom, box.top) };
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  svg.append(...ticks(x, at.x, box, true), ...ticks(y, at.y, box, false), ...names(x, y, box));
  return { svg, at, box };
}

function ticks(axis, place, box, across) {
  return axis.ticks.flatMap((value) => {
    const here = place(value);
    const ends = across
      ? { x1: here, x2: here, y1: box.top, y2: box.bottom }
      : { x1: box.left, x2: box.right, y1: here, y2: here };
    const text = across
      ? { x: here, y: box.bottom + 14, "text-anchor": "middle" }
      : { x: box.left - 5, y: here + 3.5, "text-anchor": "end" };
    return [make("line", { class: "grid", ...ends }), make("text", { class: "tick", ...text }, axis.show(value))];
  });
}

function names(x, y, box) {
  const middle = (box.top + box.bottom) / 2;
  const across = { x: (box.left + box.right) / 2, y: box.bottom + 30, "text-anchor": "middle" };
  const up = { x: 0, y: 0, "text-anchor": "middle", transform: `translate(9 ${middle}) rotate(-90)` };
  return [make("text", { class: "axis", ...across }, x.label), make("text", { class: "axis", ...up }, y.label)];
}

const path = (places, className) =>
  make("path", { class: className, d: places.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("") });

const segment = (x1, y1, x2, y2, className) => make("line", { class: className, x1, y1, x2, y2 });

function disc(x, y, className, text, r = 4) {
  return explained(make("circle", { class: className, cx: x, cy: y, r }), text);
}

function diamond(x, y, text, r = 4.5) {
  const d = `M${x - r} ${y}L${x} ${y - r}L${x + r} ${y}L${x} ${y + r}Z`;
  return explained(make("path", { class: "plain", d }), text);
}

// An interval, upright or across.
function whisker(low, high, across, className = "span") {
  return Math.abs(low[0] - high[0]) + Math.abs(low[1] - high[1]) < 0.1
    ? make("g")
    : segment(low[0], low[1], high[0], high[1], `${className} ${across ? "across" : "upright"}`);
}

const SHARES = { low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1], show: (v) => (100 * v).toFixed(0) };

function missing(place, text = NOT_MEASURED) {
  place.replaceChildren(html("p", "missing", text));
}
