// How steady the reading is: checks that come in after it, and a chart on demand.
const section = element.querySelector(".steady");
const part = (name) => section.querySelector("." + name);
const WAIT = 400; // ms: the reading comes first
const STATES = { good: "speaks for the reading", doubtful: "speaks against it", plain: "for information" };
const CHART = { left: 34, right: 250, top: 8, bottom: 92 };
const SVG = "http:" + "//www.w3.org/2000/svg"; // a name, nothing is fetched
let due = null;

function checkRow(check) {
  const row = made("li", "", check.state);
  const mark = made("span", "", "mark");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", STATES[check.state]);
  const text = made("span", check.text, "text");
  text.dataset.hint = check.hint;
  text.tabIndex = 0;
  row.append(mark, text);
  return row;
}

function drawn(tag, attributes, text = "") {
  const one = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  one.textContent = text;
  return one;
}

function place(curve, share, probability) {
  const most = curve.shares.at(-1);
  return [
    CHART.left + (share / most) * (CHART.right - CHART.left),
    CHART.bottom - probability * (CHART.bottom - CHART.top),
  ];
}

function line(curve, values, kind) {
  const points = values.map((value, i) => place(curve, curve.shares[i], value));
  const dots = points.map(([x, y]) => drawn("circle", { cx: x, cy: y, r: 2.5, class: kind }));
  return [drawn("polyline", { points: points.map((at) => at.join(",")).join(" "), class: kind }), ...dots];
}

function drawChart(curve) {
  const { left, right, top, bottom } = CHART;
  const level = place(curve, 0, curve.threshold)[1];
  const labels = curve.shares.map((share) => {
    const [x] = place(curve, share, 0);
    return drawn("text", { x, y: bottom + 13, "text-anchor": "middle" }, `${Math.round(share * 100)} %`);
  });
  const chart = section.querySelector("svg");
  chart.setAttribute("aria-label", curve.sentence);
  chart.replaceChildren(
    drawn("path", { d: `M${left},${top}V${bottom}H${right}`, class: "axis" }),
    drawn("path", { d: `M${left},${level}H${right}`, class: "level" }),
    drawn("text", { x: left - 5, y: top + 4, "text-anchor": "end" }, "100 %"),
    drawn("text", { x: left - 5, y: bottom + 3, "text-anchor": "end" }, "0"),
    ...labels,
    drawn("text", { x: (left + right) / 2, y: bottom + 25, "text-anchor": "middle" }, "of the brain filled in"),
    ...line(curve, curve.chance, "chance"),
    ...line(curve, curve.chosen, "chosen")
  );
  const caption = part("chart figcaption");
  caption.replaceChildren(
    made("span", "strongest evidence", "chosen"),
    made("span", "at random", "chance"),
    made("p", curve.sentence)
  );
  part("chart").hidden = false;
}

function answer() {
  const { value } = props;
  const name = answered(value);
  if (!name) return;
  if (value.error) {
    part("busy").textContent = value.error;
    asking.delete(name);
    return;
  }
  if (value.checks) part("checks").replaceChildren(...value.checks.map(checkRow));
  if (value.curve) drawChart(value.curve);
  part("busy").textContent = value.checks && !value.done ? "checking…" : "";
  if (value.done || value.curve) part("faithful").hidden = Boolean(value.curve);
}

part("faithful").addEventListener("click", () => {
  part("busy").textContent = "filling in and reading again…";
  question("faithful");
});

holdSlice(() => {
  clearTimeout(due);
  section.hidden = !held.slice;
  part("checks").replaceChildren();
  part("chart").hidden = true;
  part("faithful").hidden = true;
  part("busy").textContent = "checking…";
  if (held.slice) due = setTimeout(() => question("check"), WAIT);
});

watch("value", answer);
