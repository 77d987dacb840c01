// Series: one column a slice, as high as its probability, all of the series at a glance. A click or
// the arrow keys go there; nothing is asked of the server.
const strip = element.querySelector(".series-strip");
const one = (selector) => strip.querySelector(selector);
const profile = one(".profile");
const VIEWER = "hemo-series-viewer";
let here = 0;
let columns = [];

const value = () => props.value ?? { slices: [], count: 0 };

function column(slice, index) {
  const made = document.createElement("i");
  if (!slice) return made;
  const isRead = slice.probability !== null;
  const isAbove = isRead && slice.probability >= value().threshold;
  made.className = isRead ? (isAbove ? "is-above" : "is-below") : "is-unread";
  if (index === value().highest) made.classList.add("highest");
  made.style.setProperty("--p", isRead ? slice.probability : 1);
  made.title = `slice ${slice.number} · ${slice.percent}`;
  return made;
}

function draw() {
  const { slices, count, threshold } = value();
  strip.hidden = count < 2;
  if (count < 2) here = 0;
  columns = Array.from({ length: count }, (_, index) => column(slices[index], index));
  one(".columns").replaceChildren(...columns);
  strip.style.setProperty("--limit", threshold ?? 0.5);
  one(".limit-name").textContent = `operating point ${Math.round((threshold ?? 0.5) * 100)} %`;
  profile.setAttribute("aria-valuemax", String(Math.max(slices.length, 1)));
  mark();
}

function mark() {
  const { slices } = value();
  here = Math.min(here, Math.max(slices.length - 1, 0));
  columns.forEach((made, index) => made.classList.toggle("in-view", index === here));
  const slice = slices[here];
  const text = slice ? `slice ${slice.number}: ${slice.percent}${slice.band ? `, ${slice.band}` : ""}` : "";
  one(".about").textContent = text;
  profile.setAttribute("aria-valuenow", String(here + 1));
  profile.setAttribute("aria-valuetext", text);
}

function goTo(index) {
  const last = value().slices.length - 1;
  const next = Math.min(Math.max(index, 0), last);
  document.dispatchEvent(new CustomEvent("hemo:goto", { detail: { viewer: VIEWER, index: next } }));
}

function pointed(event) {
  const box = one(".columns").getBoundingClientRect();
  return Math.floor(((event.clientX - box.left) / box.width) * value().count);
}

const KEYS = {
  ArrowLeft: () => here - 1,
  ArrowDown: () => here - 1,
  ArrowRight: () => here + 1,
  ArrowUp: () => here + 1,
  PageDown: () => here - 5,
  PageUp: () => here + 5,
  Home: () => 0,
  End: () => value().slices.length - 1,
};

profile.addEventListener("keydown", (event) => {
  if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  goTo(KEYS[event.key]());
});
profile.addEventListener("pointerdown", (event) => {
  profile.setPointerCapture(event.pointerId);
  goTo(pointed(event));
});
profile.addEventListener("pointermove", (event) => {
  if (profile.hasPointerCapture(event.pointerId)) goTo(pointed(event));
});

function listen(name, heard) {
  const listener = (event) => {
    if (!element.isConnected) document.removeEventListener(name, listener);
    else if (event.detail?.viewer === VIEWER) heard(event.detail);
  };
  document.addEventListener(name, listener);
}

listen("hemo:slice", ({ index }) => {
  here = index;
  mark();
});
listen("hemo:forget", () => {
  props.value = { slices: [], count: 0 };
  draw();
});

watch("value", draw);
draw();
