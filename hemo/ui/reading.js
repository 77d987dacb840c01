// The reading panel. All text goes in as text, never as markup: it may come out of a file.
const panel = element.querySelector(".panel");
const nothing = props.value;
const TEXTS = ["percent", "title", "sentence", "observed", "limits", "calibration", "truth", "model", "measurement"];
const all = (name) => Array.from(panel.querySelectorAll("." + name));
const write = (name, text) => all(name).forEach((place) => (place.textContent = text || ""));

function made(tag, text, kind = "") {
  const one = document.createElement(tag);
  one.textContent = text;
  one.className = kind;
  return one;
}

// A one-line explanation on hover and focus; header.js shows it.
function explain(place, hint) {
  if (!hint) {
    place.removeAttribute("data-hint");
    place.removeAttribute("tabindex");
    return;
  }
  place.dataset.hint = hint;
  place.tabIndex = 0;
}

function row({ label, amount, hint, region }, kind) {
  const [term, value] = [made("dt", label), made("dd", amount, kind)];
  explain(value, hint);
  const highlight = (number) => () =>
    document.dispatchEvent(new CustomEvent("hemo:highlight", { detail: { viewer: "hemo-viewer", number } }));
  for (const place of region ? [term, value] : []) {
    place.addEventListener("pointerenter", highlight(region));
    place.addEventListener("pointerleave", highlight(0));
    place.addEventListener("focus", highlight(region));
    place.addEventListener("blur", highlight(0));
  }
  return [term, value];
}

function kindOf(amount) {
  return amount.startsWith("+") ? "for" : amount.startsWith("−") ? "against" : "";
}

function drawParts(value) {
  const rows = (value.parts || []).flatMap((part) => row(part, kindOf(part.amount)));
  const sum = value.total ? row({ label: "logit", amount: `= ${value.total}`, hint: value.hints?.total }, "total") : [];
  panel.querySelector(".parts").replaceChildren(...rows);
  panel.querySelector(".sum").replaceChildren(...sum);
}

function drawScale(value) {
  const scale = panel.querySelector(".scale");
  const { low, high, threshold } = value.bar;
  const place = { "--low": low, "--high": high, "--operating": threshold, "--here": value.probability };
  for (const [name, number] of Object.entries(place)) scale.style.setProperty(name, number * 100 + "%");
  scale.classList.toggle("one-limit", low === high);
  scale.setAttribute("aria-label", `${value.percent}; ${value.limits}`);
}

function drawList(name, tag, texts) {
  panel.querySelector("." + name).replaceChildren(...(texts || []).map((text) => made(tag, text)));
}

function spoken(value) {
  if (value.state === "busy") return "Reading…";
  if (value.state === "message") return `${value.title}. ${value.sentence}`;
  if (value.state !== "read") return "";
  return `${value.percent} probability of hemorrhage. ${value.title}. ${value.truth || ""}`;
}

function draw() {
  const value = props.value || { state: "empty" };
  panel.dataset.state = value.state;
  panel.dataset.band = value.band || "";
  panel.dataset.probability = value.probability ?? ""; // as computed, for whoever wants every digit
  panel.dataset.logit = value.logit ?? "";
  panel.setAttribute("aria-busy", String(value.state === "busy"));
  for (const name of TEXTS) write(name, value[name]);
  drawParts(value);
  drawList("words", "p", value.words);
  drawList("warnings", "li", value.warnings);
  if (value.state === "read") drawScale(value);
  for (const name of ["percent", "observed", "scale"]) explain(panel.querySelector("." + name), value.hints?.[name]);
  explain(panel.querySelector(".on-read .title"), value.hints?.title);
  panel.querySelector(".spoken").textContent = spoken(value);
  document.dispatchEvent(new CustomEvent("hemo:reading", { detail: { value } }));
}

document.addEventListener("hemo:forget", (event) => {
  if ((event.detail?.viewer ?? "hemo-viewer") !== "hemo-viewer") return;
  props.value = nothing;
  draw();
});

watch("value", draw);
draw();
