// The reading panel. All text goes in as text, never as markup: it may come out of a file.
const panel = element.querySelector(".panel");
const nothing = props.value;
const all = (name) => Array.from(panel.querySelectorAll("." + name));
const write = (name, text) => all(name).forEach((place) => (place.textContent = text || ""));

function row(label, amount, kind) {
  const term = document.createElement("dt");
  const value = document.createElement("dd");
  term.textContent = label;
  value.textContent = amount;
  value.className = kind;
  return [term, value];
}

function kindOf(amount) {
  return amount.startsWith("+") ? "for" : amount.startsWith("−") ? "against" : "";
}

function drawParts(value) {
  const rows = (value.parts || []).flatMap((part) => row(part.label, part.amount, kindOf(part.amount)));
  if (value.total) rows.push(...row("logit", value.total, "total"));
  panel.querySelector(".parts").replaceChildren(...rows);
}

function drawScale(value) {
  const scale = panel.querySelector(".scale");
  const { low, high, threshold } = value.bar;
  const place = { "--low": low, "--high": high, "--operating": threshold, "--here": value.probability };
  for (const [name, number] of Object.entries(place)) scale.style.setProperty(name, number * 100 + "%");
  scale.classList.toggle("one-limit", low === high);
  scale.setAttribute("aria-label", `${value.percent}; ${value.limits}`);
}

function drawWarnings(value) {
  const items = (value.warnings || []).map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  });
  panel.querySelector(".warnings").replaceChildren(...items);
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
  for (const name of ["percent", "title", "sentence", "limits", "calibration", "truth", "model"]) {
    write(name, value[name]);
  }
  write("measurement", value.measurement);
  drawParts(value);
  drawWarnings(value);
  if (value.state === "read") drawScale(value);
  panel.querySelector(".spoken").textContent = spoken(value);
}

document.addEventListener("hemo:forget", () => {
  props.value = nothing;
  draw();
});

watch("value", draw);
draw();
