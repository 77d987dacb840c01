// Teach, the learner's side: choose cases, answer, go on. The round lives here, in the page: its
// name, its records and how hard the next case is. What a case holds the server tells afterwards.
const desk = element.querySelector(".teach-desk");
const one = (selector) => desk.querySelector(selector);
const VIEWER = "hemo-teach-viewer";
const start = props.value;
const round = { name: "", source: "", size: 0, level: 0, records: [], place: null, model: "" };
let view = null; // what the viewer shows, so that a mark can be laid over it
let click = null;
let before = null; // the state to go back to after a tour

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const text = (selector, words) => desk.querySelectorAll(selector).forEach((place) => (place.textContent = words));

function setState(state) {
  desk.dataset.state = state;
  if (desk.contains(document.activeElement)) return;
  desk.focus?.();
}

function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const place = () => ({
  source: round.source,
  round: round.name,
  number: round.records.length,
  level: round.level,
  deck: start.deck,
});
const whichCase = (number) => `Case ${number} of ${round.size}`;

// The start of a round

function drawSources() {
  const labels = start.sources.map((source, index) => {
    const [label, radio, name] = ["label", "input", "span"].map((tag) => document.createElement(tag));
    radio.type = "radio";
    radio.name = "teach-source";
    radio.value = source.name;
    radio.checked = index === 0;
    name.textContent = source.label;
    label.append(radio, name);
    return label;
  });
  one(".sources").append(...labels);
  one(".sources").addEventListener("change", drawSource);
  fill(one(".example"), start.examples.map((label, index) => [index, label]));
  drawSource();
}

function fill(select, options) {
  select.replaceChildren(
    ...options.map(([value, label]) => {
      const made = document.createElement("option");
      made.value = value;
      made.textContent = label;
      return made;
    })
  );
}

const chosen = () => start.sources.find((source) => source.name === one(".sources input:checked").value);

function drawSource() {
  const source = chosen();
  text(".on-start > .note", source.note);
  const sizes = [5, 10, 20, 40].filter((size) => size < source.count);
  if (source.count <= 40) sizes.push(source.count);
  const select = one(".on-start > .count select");
  fill(select, sizes.map((size) => [size, `${size} ${size === 1 ? "case" : "cases"}`]));
  select.value = String(sizes.includes(10) ? 10 : sizes[0]);
}

function begin() {
  const source = chosen();
  const size = Number(one(".on-start > .count select").value);
  Object.assign(round, { name: randomName(), source: source.name, size, level: start.next, records: [] });
  tell("hemo:teach-round", { size });
  ask();
}

function ask() {
  click = null;
  setState("busy");
  round.place = place();
  trigger("ask", { place: round.place });
}

// A case to be read

function openCase(value) {
  round.model = value.model;
  text(".on-asking .where", [whichCase(round.records.length + 1), value.level].filter(Boolean).join(" · "));
  one("form").reset();
  one(".sure output").textContent = "75 %";
  setState("asking");
  drawPlace();
  pickOn();
  text(".spoken", `${whichCase(round.records.length + 1)}. Is there a hemorrhage?`);
}

const pickOn = () => tell("hemo:tool", { viewer: VIEWER, tool: "pick" });
const verdict = () => one(".verdict input:checked")?.value ?? null;

function drawPlace() {
  const said = verdict();
  one(".on-asking .main").disabled = said === null;
  one(".unmark").hidden = click === null;
  const asked = { yes: "Where? Click on it in the picture.", no: "", null: "You may click on it in the picture." };
  text(".place", click ? "Marked. Click elsewhere to move the mark." : asked[said]);
}

function mark(found) {
  click = found;
  if (view) {
    const { index, ...rest } = view;
    const marks = click ? [{ ...click, label: "you" }] : [];
    tell("hemo:show", { viewer: VIEWER, value: { ...rest, marks } });
    pickOn();
  }
  drawPlace();
}

function say(answer) {
  one(`.verdict input[value=${answer}]`).checked = true;
  if (answer === "no" && click) mark(null);
  drawPlace();
}

function answer() {
  const said = verdict();
  if (said === null) return;
  const sure = Number(one(".sure input").value) / 100;
  const where = said === "yes" && click ? [click.x, click.y] : null;
  setState("busy");
  trigger("answer", {
    place: round.place,
    answer: { hemorrhage: said === "yes", sure, click: where },
    records: round.records,
  });
}

// What came of it

function close(value) {
  round.records.push(value.record);
  round.level = value.next;
  const done = round.records.length;
  text(".on-revealed .where", [whichCase(done), value.level].filter(Boolean).join(" · "));
  one(".next").textContent = done < round.size ? "Next case" : "See the summary";
  one(".finish").hidden = done >= round.size;
  setState("revealed");
  one(".next").focus({ preventScroll: true });
}

function finish() {
  text(".on-summary .where", `${round.records.length} ${round.records.length === 1 ? "case" : "cases"} read`);
  setState("summary");
  tell("hemo:teach-summary", { records: round.records });
  one(".again").focus({ preventScroll: true });
}

function afresh() {
  Object.assign(round, { name: "", records: [] });
  setState("start");
  tell("hemo:forget", { viewer: VIEWER });
  tell("hemo:teach-start", {});
}

function save(name, kind, words) {
  const link = document.createElement("a");
  link.href = `data:${kind};charset=utf-8,${encodeURIComponent(words)}`;
  link.download = name;
  link.click();
}

function asCsv() {
  const columns = Object.keys(round.records[0] ?? {});
  const cell = (value) => (value === null ? "" : String(value));
  const rows = round.records.map((record, index) => [index + 1, ...columns.map((name) => cell(record[name]))]);
  return [["case", ...columns], ...rows].map((row) => row.join(",")).join("\r\n") + "\r\n";
}

function asJson() {
  const scores = desk.closest("#hemo-teach")?.querySelector(".teach-board")?.hemoScores ?? [];
  return JSON.stringify({ source: round.source, model: round.model, cases: round.records, scores }, null, 1);
}

// The tour

function tourOf(asked) {
  before = desk.dataset.state;
  setState("busy");
  const stage = desk.closest("#hemo-teach");
  stage?.requestFullscreen?.().catch(() => {}); // where it is not allowed the tour runs in the page
  trigger("tour", asked);
}

function leave() {
  if (document.fullscreenElement) document.exitFullscreen();
  if (before === "revealed") {
    setState("revealed");
    tell("hemo:teach-return", {});
    if (view?.before) tell("hemo:show", { viewer: VIEWER, value: view.before });
  } else afresh();
}

// What the server says

function draw() {
  const value = props.value ?? start;
  if (value.state === "asking") openCase(value);
  else if (value.state === "revealed") close(value);
  else if (value.state === "touring") setState("touring");
  else if (value.state === "message") {
    text(".problem", value.sentence);
    setState("message");
  }
}

function listen(name, heard) {
  const listener = (event) => {
    if (!element.isConnected) document.removeEventListener(name, listener);
    else heard(event);
  };
  document.addEventListener(name, listener);
}

listen("hemo:shown", ({ detail }) => {
  if (detail.viewer !== VIEWER || detail.value?.state !== "shown") return;
  const isTour = desk.dataset.state === "touring" || detail.value.slices?.length > 1;
  view = isTour ? { ...detail.value, before: view?.before ?? view } : detail.value;
  if (desk.dataset.state === "asking") pickOn();
});
listen("hemo:pick", ({ detail }) => {
  if (detail.viewer !== VIEWER || desk.dataset.state !== "asking") return;
  mark({ x: detail.x, y: detail.y });
  say("yes");
});
listen("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !desk.offsetParent) return;
  const isTyping = event.target.matches?.("textarea, select, input:not([type=range], [type=checkbox], [type=radio])");
  const key = event.key.toLowerCase();
  if (desk.dataset.state === "asking" && !isTyping && (key === "y" || key === "n")) say(key === "y" ? "yes" : "no");
  if (desk.dataset.state === "touring" && key === "escape" && !document.fullscreenElement) leave();
});

one("form").addEventListener("submit", (event) => {
  event.preventDefault();
  answer();
});
one(".verdict").addEventListener("change", () => say(verdict()));
one(".sure input").addEventListener("input", (event) => {
  one(".sure output").textContent = `${event.target.value} %`;
});
const CLICKS = {
  ".begin": begin,
  ".unmark": () => mark(null),
  ".next": () => (round.records.length < round.size ? ask() : finish()),
  ".finish": finish,
  ".tour-case": () => tourOf({ place: round.place }),
  ".tour-example": () => tourOf({ place: null, example: Number(one(".example").value) }),
  ".leave": leave,
  ".save-json": () => save("hemo-round.json", "application/json", asJson()),
  ".save-csv": () => save("hemo-round.csv", "text/csv", asCsv()),
};
for (const [selector, pressed] of Object.entries(CLICKS)) one(selector).addEventListener("click", pressed);
desk.querySelectorAll(".again").forEach((button) => button.addEventListener("click", afresh));

drawSources();
watch("value", draw);
