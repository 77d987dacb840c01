// Methods of evidence side by side on the slice in view, each with what it shows and what it cannot.
const section = element.querySelector(".methods");
const part = (name) => section.querySelector("." + name);
const catalog = props.value;
const cards = new Map(catalog.methods.map((method) => [method.name, card(method)]));
const maps = new Map(); // name -> evidence of the slice in view

function card(method) {
  const article = made("article", "", "card");
  const canvas = document.createElement("canvas");
  const state = made("p", "", "state");
  const bar = document.createElement("progress");
  const button = made("button", "Run", "run");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${method.label}: not run yet`);
  canvas.width = canvas.height = 360;
  bar.hidden = true;
  bar.setAttribute("aria-label", `${method.label}: progress`);
  button.type = "button";
  button.hidden = !method.slow;
  button.setAttribute("aria-label", `Run ${method.label}`);
  button.addEventListener("click", () => (button.textContent === "Stop" ? stopRunning() : run([method.name])));
  const says = made("p", method.says, "says");
  const cannot = made("p", method.cannot, "cannot");
  article.append(canvas, made("h3", method.label), says, cannot, state, bar, button);
  return { method, article, canvas, state, bar, button };
}

function run(names) {
  part("busy").textContent = "";
  for (const name of names) cards.get(name).state.textContent = "waiting…";
  const slow = names.find((name) => cards.get(name).method.slow);
  if (slow) cards.get(slow).button.textContent = "Stop";
  question(slow ? "slow" : "compare", { names });
}

function stopRunning() {
  stopAsking("slow");
  settle("stopped");
}

function settle(word) {
  for (const { method, state, bar, button } of cards.values()) {
    if (!method.slow) continue;
    bar.hidden = true;
    button.textContent = "Run";
    if (!maps.has(method.name) && state.textContent) state.textContent = word;
  }
}

function answer() {
  const { value } = props;
  const name = answered(value);
  if (!name) return;
  if (value.error) part("busy").textContent = value.error;
  for (const [method, evidence] of Object.entries(value.maps ?? {})) showMap(method, evidence);
  for (const [method, sentence] of Object.entries(value.failed ?? {})) cards.get(method).state.textContent = sentence;
  if (value.at) showProgress(value.at);
  if (value.finished || value.error) {
    asking.delete(name);
    if (name === "slow") settle("");
  }
}

function showProgress({ name, done, total }) {
  const { state, bar, method } = cards.get(name);
  if (maps.has(name)) return;
  state.textContent = method.slow ? `${done} of ${total}` : "";
  bar.hidden = !method.slow;
  bar.max = total;
  bar.value = done;
}

function showMap(name, evidence) {
  if (maps.has(name)) return;
  maps.set(name, evidence);
  const { canvas, state, method } = cards.get(name);
  const limit = Number(evidence.limit.toPrecision(2));
  state.textContent = `full colour at ±${limit} ${method.unit}${method.adds_up ? "; adds up to the logit" : ""}`;
  canvas.setAttribute("aria-label", `${method.label} on this slice`);
  drawMap(canvas, { ...held.slice, evidence, regions: [] });
}

function drawMap(canvas, slice) {
  const stage = { width: canvas.width, height: canvas.height };
  const draw = () => {
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, stage.width, stage.height);
    paintSlice(pen, slice, stage, { evidence: Boolean(slice.evidence), opacity: 0.9, then: draw });
  };
  draw();
}

function open(isOpen) {
  section.hidden = !isOpen;
  if (!isOpen) {
    for (const name of Array.from(asking.keys())) stopAsking(name);
    settle("");
    return;
  }
  section.focus();
  for (const { canvas, method } of cards.values()) {
    if (!maps.has(method.name)) drawMap(canvas, { ...held.slice, evidence: null });
  }
  const fast = catalog.methods.filter((method) => !method.slow && !maps.has(method.name));
  if (fast.length) run(fast.map((method) => method.name));
}

const close = () => tellViewer("panel", { name: "methods", open: false });
part("close").addEventListener("click", close);
section.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
document.addEventListener("hemo:panel", ({ detail }) => {
  if (detail.name === "methods" && section.hidden === detail.open) open(detail.open && Boolean(held.slice));
});

part("introduction").textContent = catalog.introduction;
part("cards").replaceChildren(...Array.from(cards.values(), ({ article }) => article));
holdSlice(() => {
  maps.clear();
  layers.clear();
  for (const { state } of cards.values()) state.textContent = "";
  if (!held.slice) close();
  else if (!section.hidden) open(true);
});
watch("value", answer);
