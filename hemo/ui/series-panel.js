// Series: what the slices say together, and beside it the slice in view. All text goes in as text.
const panel = element.querySelector(".series-panel");
const one = (selector) => panel.querySelector(selector);
const VIEWER = "hemo-series-viewer";
const nothing = props.value;
let here = 0;

const value = () => props.value ?? { state: "empty", sentences: [], refused: [], warnings: [], slices: [] };

function texts(place, tag, lines) {
  place.replaceChildren(
    ...lines.map((line) => {
      const made = document.createElement(tag);
      made.textContent = line;
      return made;
    })
  );
}

function drawSeries() {
  const { state, title, sentences, refused, warnings, limit, highest } = value();
  panel.dataset.state = state;
  panel.setAttribute("aria-busy", String(state === "reading"));
  one(".headline").textContent = title;
  texts(one(".said"), "p", sentences);
  texts(one(".about-series"), "li", warnings);
  one(".limit").textContent = limit;
  one(".most").hidden = highest === null || highest === undefined;
  one(".refused").hidden = refused.length === 0;
  one(".refused summary").textContent = value().refusedTitle ?? "";
  texts(one(".refused ul"), "li", refused);
}

function drawSlice() {
  const slice = value().slices[here];
  one(".slice-part").hidden = !slice;
  if (!slice) return;
  const isRead = slice.state === "read";
  one(".which").textContent = `Slice ${slice.number}`;
  one(".number").hidden = !isRead;
  panel.dataset.band = slice.band ?? "";
  panel.dataset.probability = slice.probability ?? "";
  for (const name of ["percent", "title", "sentence", "measurement"]) one(".slice-part ." + name).textContent = slice[name] ?? "";
  const rows = (slice.lines ?? []).flatMap(([label, amount], index, all) => {
    const [term, amountHere] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = label;
    amountHere.textContent = amount;
    amountHere.className = index === all.length - 1 ? "total" : amount.startsWith("+") ? "for" : amount.startsWith("−") ? "against" : "";
    return [term, amountHere];
  });
  one(".parts").replaceChildren(...rows);
  texts(one(".slice-warnings"), "li", slice.warnings ?? []);
}

function draw() {
  if (value().slices.length === 0) here = 0;
  drawSeries();
  drawSlice();
}

function goToMost() {
  const index = value().highest;
  if (index === null || index === undefined) return;
  document.dispatchEvent(new CustomEvent("hemo:goto", { detail: { viewer: VIEWER, index } }));
}

one(".most").addEventListener("click", goToMost);

function listen(name, heard) {
  const listener = (event) => {
    if (!element.isConnected) document.removeEventListener(name, listener);
    else heard(event);
  };
  document.addEventListener(name, listener);
}

listen("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !panel.offsetParent) return;
  if (event.target.matches?.("textarea, select, input:not([type=range], [type=checkbox], [type=radio]), [contenteditable]")) return;
  if (event.key.toLowerCase() === "m") goToMost();
});
listen("hemo:slice", (event) => {
  if (event.detail?.viewer !== VIEWER) return;
  here = event.detail.index;
  drawSlice();
});
listen("hemo:forget", (event) => {
  if (event.detail?.viewer && event.detail.viewer !== VIEWER) return;
  props.value = nothing;
  draw();
});
listen("hemo:series-stopped", () => {
  panel.dataset.state = "done";
  panel.setAttribute("aria-busy", "false");
});

watch("value", draw);
draw();
