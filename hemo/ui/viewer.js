// The viewer: slice and evidence, all in the browser. What it draws is described in views.py.
const viewer = element.querySelector(".viewer");
const one = (selector) => viewer.querySelector(selector);
const evidenceSwitch = one(".evidence-on");
const fitSwitch = one(".fit-on");
const nothing = props.value;
const NARROW = 560; // pixels: below that two pictures beside each other are too small to read

function put(picture, uri) {
  if (uri) picture.src = uri;
  else picture.removeAttribute("src");
}

function limitText(value, sign) {
  return sign + Number(value.toPrecision(2));
}

function drawBar(evidence) {
  put(one(".bar img"), evidence?.bar);
  one(".top").textContent = evidence ? limitText(evidence.limit, "+") : "";
  one(".bottom").textContent = evidence ? limitText(evidence.limit, "−") : "";
  one(".unit").textContent = evidence ? evidence.unit : "";
}

function drawCaption(lines) {
  const spans = lines.map((line) => {
    const span = document.createElement("span");
    span.textContent = line;
    return span;
  });
  one(".caption").replaceChildren(...spans);
}

function drawVeil(message) {
  for (const name of ["title", "sentence", "note"]) one(".veil ." + name).textContent = message[name] ?? "";
  one(".actions").replaceChildren(...(message.actions ?? []).map(button));
}

function button(action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = action.label;
  made.addEventListener("click", () => {
    viewer.focus(); // the button goes with its message
    ACTIONS[action.name]();
  });
  return made;
}

const ACTIONS = {
  anyway: () => document.dispatchEvent(new CustomEvent("hemo:anyway")),
  forget: () => document.dispatchEvent(new CustomEvent("hemo:forget")),
  show: () => (viewer.dataset.blurred = false),
};

function draw() {
  const value = props.value || { state: "empty", caption: [] };
  // While the next slice is read the last one stays, under the veil.
  viewer.dataset.state = value.state;
  drawVeil(value.state === "busy" ? { title: "Reading…" } : value.message ?? {});
  if (value.state === "busy") return;
  viewer.dataset.blurred = Boolean(value.blurred);
  viewer.querySelectorAll("img.slice").forEach((picture) => put(picture, value.slice?.png));
  put(one("img.evidence"), value.evidence?.png);
  viewer.classList.toggle("has-slice", Boolean(value.slice));
  viewer.classList.toggle("has-evidence", Boolean(value.evidence));
  place();
  drawName();
  drawBar(value.evidence);
  drawCaption(value.caption);
}

// Fill the frame with the part of the picture where something is, or show all of it.
function place() {
  const slice = props.value?.slice;
  if (!slice) return;
  const [left, top, width, height] = fitSwitch.checked ? slice.content : [0, 0, 1, 1];
  const places = { left, top, width, height, aspect: (slice.aspect * width) / height };
  for (const [name, number] of Object.entries(places)) viewer.style.setProperty("--" + name, number);
}

function drawName() {
  const name = props.value?.evidence?.name ?? "";
  const comparing = viewer.dataset.mode === "compare";
  one(".explained figcaption").textContent = comparing && name ? `slice  ‹ ›  ${name}` : name;
}

function setMode(mode) {
  viewer.dataset.mode = mode;
  drawName();
  one(`.modes input[value="${mode}"]`).checked = true;
}

function setEvidence(on) {
  viewer.dataset.evidence = on ? "on" : "off";
  evidenceSwitch.checked = on;
}

one(".modes").addEventListener("change", (event) => setMode(event.target.value));
evidenceSwitch.addEventListener("change", () => setEvidence(evidenceSwitch.checked));
fitSwitch.addEventListener("change", place);
one(".opacity input").addEventListener("input", (event) => {
  viewer.style.setProperty("--opacity", event.target.value / 100);
});
one(".split").addEventListener("input", (event) => {
  viewer.style.setProperty("--split", event.target.value + "%");
});

const KEYS = {
  o: () => setEvidence(!evidenceSwitch.checked),
  f: () => fitSwitch.click(),
  s: () => setMode("side"),
  c: () => setMode(viewer.dataset.mode === "compare" ? "overlay" : "compare"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !element.isConnected) return;
  if (event.target.matches?.("textarea, input[type=text], [contenteditable]")) return;
  KEYS[event.key.toLowerCase()]?.();
});

// On a telephone the examples lie below the picture.
document.addEventListener("hemo:chosen", () => {
  if (window.innerWidth < NARROW) viewer.scrollIntoView({ block: "start" });
});

document.addEventListener("hemo:forget", () => {
  props.value = nothing;
  draw();
});

watch("value", draw);
setMode(window.innerWidth < NARROW ? "overlay" : "side");
draw();
