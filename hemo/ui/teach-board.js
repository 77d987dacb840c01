// Teach, what came of an answer: the truth, the model's reading, the score so far; and the steps of
// a tour. All text goes in as text.
const board = element.querySelector(".teach-board");
const one = (selector) => board.querySelector(selector);
const VIEWER = "hemo-teach-viewer";
const SVG = "http" + "://www.w3.org/2000/svg"; // a name, never fetched
let steps = [];
let here = 0;
let isTouring = false;
let last = null; // the last answer's value, to come back to after a tour

function made(tag, words, name) {
  const node = document.createElement(tag);
  if (words !== undefined) node.textContent = words;
  if (name) node.className = name;
  return node;
}

const sideOf = (amount) => (amount.startsWith("+") ? "for" : amount.startsWith("−") ? "against" : "");

function lines(place, pairs) {
  const rows = pairs.flatMap(([label, amount], index) => {
    const isTotal = index === pairs.length - 1;
    return [made("dt", label), made("dd", amount, isTotal ? "total" : sideOf(amount))];
  });
  place.replaceChildren(...rows);
}

function show(...names) {
  for (const name of ["came", "step", "score", "cases"]) one("." + name).hidden = !names.includes(name);
  one(".hint").hidden = names.length > 0;
}

// The answer

function drawAnswer(value) {
  last = value;
  one(".came-name").textContent = "The answer";
  one(".verdict-said").textContent = value.title;
  board.dataset.right = String(value.right);
  one(".said").replaceChildren(...value.sentences.map((sentence) => made("p", sentence)));
  one(".reading-part").hidden = !value.reading;
  if (value.reading) lines(one(".reading-part .parts"), value.reading.lines);
  drawScores(value);
  show("came", "score");
}

function drawScores({ scores, bins, intervals, calibration }) {
  board.hemoScores = scores.map(({ key, learner, model }) => ({ key, learner, model }));
  const rows = scores.map((row) => {
    const line = made("tr");
    const name = made("th", row.name);
    name.scope = "row";
    name.tabIndex = 0;
    name.dataset.hint = row.explained;
    line.append(name, cell(row.learner, "by-you"), cell(row.model, "by-model"));
    return line;
  });
  one(".score tbody").replaceChildren(...rows);
  one(".intervals").textContent = intervals;
  one(".reliability figcaption").textContent = calibration;
  drawReliability(bins);
}

function cell(side, whose) {
  const place = made("td", undefined, whose);
  if (!side) {
    place.textContent = "–";
    return place;
  }
  place.append(made("span", side.text));
  if (side.low === undefined) return place;
  const bar = made("i", undefined, "whisker");
  bar.style.setProperty("--low", side.low);
  bar.style.setProperty("--high", side.high);
  bar.style.setProperty("--value", side.value);
  place.append(bar);
  return place;
}

function drawn(tag, parts) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(parts)) node.setAttribute(name, value);
  return node;
}

function label(x, y, words, anchor = "middle") {
  const node = drawn("text", { x, y, "text-anchor": anchor });
  node.textContent = words;
  return node;
}

function drawReliability(bins) {
  const svg = one(".reliability svg");
  const at = { x: (share) => 30 + share * 92, y: (share) => 98 - share * 92 };
  const nodes = [
    drawn("rect", { x: 30, y: 6, width: 92, height: 92, class: "plot" }),
    drawn("line", { x1: at.x(0), y1: at.y(0), x2: at.x(1), y2: at.y(1), class: "ideal" }),
    label(30, 108, "0"),
    label(122, 108, "1"),
    label(76, 115, "said"),
    label(26, 101, "0", "end"),
    label(26, 10, "1", "end"),
    label(26, 55, "true", "end"),
  ];
  const told = [];
  for (const [whose, name] of [["model", "the model"], ["learner", "you"]]) {
    for (const bin of bins[whose]) {
      const radius = Math.min(3 + Math.sqrt(bin.n), 8);
      nodes.push(drawn("circle", { cx: at.x(bin.mean), cy: at.y(bin.observed), r: radius, class: `by-${whose}` }));
      told.push(`${name}: said ${Math.round(bin.mean * 100)} %, true ${Math.round(bin.observed * 100)} % of ${bin.n}`);
    }
  }
  svg.replaceChildren(...nodes);
  svg.setAttribute("aria-label", `Calibration. ${told.join("; ")}`);
}

// The end of a round

function judged(words, isRight) {
  const place = made("td", `${isRight ? "✓" : "✗"} ${words}`, isRight ? "well" : "wrong");
  place.setAttribute("aria-label", `${words}, ${isRight ? "right" : "wrong"}`);
  return place;
}

function drawSummary(records) {
  const right = records.filter((record) => record.said === record.truth && record.hit !== false).length;
  const level = records.at(-1)?.level;
  one(".came-name").textContent = "The round";
  one(".verdict-said").textContent = `${right} of ${records.length} read rightly`;
  board.dataset.right = "";
  one(".said").replaceChildren(...(level ? [made("p", `The last case was of level ${level}.`)] : []));
  one(".reading-part").hidden = true;
  const yes = (flag) => (flag === null ? "–" : flag ? "hemorrhage" : "none");
  const rows = records.map((record, index) => {
    const line = made("tr");
    const isRight = record.said === record.truth && record.hit !== false;
    const mine = judged(`${yes(record.said)}${record.hit === false ? ", elsewhere" : ""}`, isRight);
    const model = judged(yes(record.model_said), record.model_said === record.truth);
    line.append(made("td", String(index + 1)), made("td", yes(record.truth)), mine, model);
    return line;
  });
  one(".cases tbody").replaceChildren(...rows);
  show("came", ...(last ? ["score"] : []), "cases");
}

// The tour

function drawTour(value) {
  steps = value.steps;
  here = 0;
  isTouring = true;
  show("step");
  drawStep();
}

function drawStep() {
  const step = steps[here];
  if (!step) return;
  one(".step-count").textContent = `Step ${here + 1} of ${steps.length}`;
  one(".step-dots").replaceChildren(...steps.map((_, index) => made("i", "", index <= here ? "done" : "")));
  one(".step-title").textContent = step.title;
  one(".step-text").textContent = step.text;
  lines(one(".step-lines"), step.lines);
  one(".step-back").disabled = here === 0;
  one(".step-on").disabled = here === steps.length - 1;
}

function go(index) {
  const next = Math.min(Math.max(index, 0), steps.length - 1);
  document.dispatchEvent(new CustomEvent("hemo:goto", { detail: { viewer: VIEWER, index: next } }));
}

const KEYS = {
  ArrowRight: () => here + 1,
  ArrowDown: () => here + 1,
  PageDown: () => here + 1,
  " ": () => here + 1,
  ArrowLeft: () => here - 1,
  ArrowUp: () => here - 1,
  PageUp: () => here - 1,
  Home: () => 0,
  End: () => steps.length - 1,
};

// Before the viewer hears of it: on a tour the keys are the lecturer's, wherever the focus is.
function stepByKey(event) {
  if (!element.isConnected) {
    window.removeEventListener("keydown", stepByKey, true);
    return;
  }
  if (!isTouring || !board.offsetParent || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.("input, select, textarea, [role=slider]")) return;
  const isPress = event.key === " " && event.target.matches?.("button");
  if (isPress || !(event.key in KEYS)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  go(KEYS[event.key]());
}
window.addEventListener("keydown", stepByKey, true);

one(".step-back").addEventListener("click", () => go(here - 1));
one(".step-on").addEventListener("click", () => go(here + 1));

function draw() {
  const value = props.value ?? { state: "start" };
  board.dataset.state = value.state;
  if (value.state !== "touring") isTouring = false;
  if (value.state === "revealed") drawAnswer(value);
  else if (value.state === "touring") drawTour(value);
  else if (value.state === "message") {
    one(".verdict-said").textContent = value.title;
    one(".said").replaceChildren(...value.sentences.map((sentence) => made("p", sentence)));
    one(".reading-part").hidden = true;
    show("came");
  } else show(...(last && value.state === "asking" ? ["score"] : []));
}

function listen(name, heard) {
  const listener = (event) => {
    if (!element.isConnected) document.removeEventListener(name, listener);
    else heard(event.detail ?? {});
  };
  document.addEventListener(name, listener);
}

listen("hemo:slice", ({ viewer, index }) => {
  if (viewer !== VIEWER || !isTouring) return;
  here = index;
  drawStep();
});
listen("hemo:teach-summary", ({ records }) => {
  board.dataset.state = "summary";
  drawSummary(records);
});
listen("hemo:teach-return", () => {
  isTouring = false;
  board.dataset.state = "revealed";
  if (last) drawAnswer(last);
});
for (const name of ["hemo:teach-start", "hemo:teach-round"]) {
  listen(name, () => {
    isTouring = false;
    last = null;
    board.dataset.state = "start";
    show();
  });
}

watch("value", draw);
draw();
