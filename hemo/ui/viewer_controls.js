// The controls around the picture: what they show, and what a hand on them does.
const MOST_SIGNIFICANT = 2; // digits at the ends of the colour bar

function drawVeil(message) {
  for (const name of ["title", "sentence", "note"]) one(".veil ." + name).textContent = message[name] ?? "";
  one(".actions").replaceChildren(...(message.actions ?? []).map(actionButton));
}

function actionButton(action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = action.label;
  made.addEventListener("click", () => {
    viewer.focus(); // the button goes with its message
    if (action.name === "show") viewer.dataset.blurred = false;
    else if (["anyway", "forget"].includes(action.name)) tell(action.name, {});
    else tell("action", { name: action.name });
  });
  return made;
}

function drawCaption(lines) {
  const spans = lines.map((line) => {
    const span = document.createElement("span");
    span.textContent = line;
    return span;
  });
  one(".caption").replaceChildren(...spans, document.createElement("span"));
}

function drawBar(evidence) {
  const limit = evidence ? Number(evidence.limit.toPrecision(MOST_SIGNIFICANT)) : "";
  one(".top").textContent = evidence ? `+${limit}` : "";
  one(".bottom").textContent = evidence ? `−${limit}` : "";
  one(".unit").textContent = evidence?.unit ?? "";
  one(".bar").title = evidence
    ? `${evidence.name}. Amber speaks for hemorrhage, blue against, in ${evidence.unit}; the same colours on every slice.`
    : "";
  if (!one(".colours canvas")) one(".colours").prepend(colourBar());
}

function drawSplit() {
  const line = one(".split");
  const percent = Math.round(state.split * 100);
  line.style.left = `calc(var(--stage-left) + ${state.split} * (100% - var(--stage-left) - var(--stage-right)))`;
  line.setAttribute("aria-valuenow", percent);
  line.dataset.left = state.pair ? "before" : "slice";
  line.dataset.right = state.pair ? "after" : "evidence";
  viewer.classList.toggle("comparing", state.compare && canCompare());
}

function setSplit(share) {
  state.split = Math.min(Math.max(share, 0), 1);
  drawSplit();
  paint();
}

function setEvidence(on) {
  state.evidence = on;
  viewer.dataset.evidence = on ? "on" : "off";
  one(".evidence-on").checked = on;
  paint();
}

function setCompare(on) {
  state.compare = on;
  one(".compare").setAttribute("aria-pressed", String(on));
  drawSplit();
  paint();
}

function setTool(tool) {
  state.tool = tool;
  viewer.dataset.tool = tool;
  if (tool !== "brush" && brush.slice) clearBrush();
  paint();
}

function setHelp(isOpen) {
  const help = one(".help");
  if (help.hidden === !isOpen) return;
  help.hidden = !isOpen;
  if (isOpen) help.focus();
  else one(".ask").focus();
}

function chooseWindow(window) {
  if (current()?.units !== "HU") return;
  setWindow(window.center, window.width);
  strip.shown = []; // the thumbnails follow
  drawStrip();
  markStrip();
  paint();
}

// The window's controls say what is shown; for grey values, that and why it cannot be changed.
function showWindow() {
  const isHounsfield = current()?.units === "HU";
  const place = one(".window");
  const chosen = WINDOWS.findIndex((w) => w.center === shownIn.center && w.width === shownIn.width);
  viewer.dataset.units = current()?.units ?? "";
  const named = WINDOWS[chosen]?.name ?? "free";
  const words = `Window: ${named} ${shownIn.center}/${shownIn.width}`;
  if (one(".caption").lastChild) one(".caption").lastChild.textContent = isHounsfield ? words : "";
  place.title = isHounsfield ? "Right-drag or Shift-drag on the picture: center and width" : FIXED_WHY;
  one(".fixed").textContent = current() && !isHounsfield ? FIXED : "";
  for (const control of place.querySelectorAll("select, input")) control.disabled = !isHounsfield;
  one(".preset").value = String(chosen);
  for (const name of ["center", "width"]) {
    const field = one(`.window .${name}`);
    if (document.activeElement !== field) field.value = shownIn[name];
  }
}

function connectControls() {
  const presets = WINDOWS.map(({ name, center, width }, i) => new Option(`${name} ${center}/${width}`, i));
  one(".preset").append(...presets, new Option("free", -1));
  one(".preset").addEventListener("change", (event) => {
    if (WINDOWS[event.target.value]) chooseWindow(WINDOWS[event.target.value]);
  });
  for (const name of ["center", "width"]) {
    one(`.window .${name}`).addEventListener("input", (event) => {
      const wanted = { ...shownIn, [name]: event.target.valueAsNumber };
      if (Number.isFinite(wanted[name])) act(() => setWindow(wanted.center, wanted.width));
    });
  }
  one(".evidence-on").addEventListener("change", (event) => setEvidence(event.target.checked));
  one(".opacity").addEventListener("input", (event) => act(() => (state.opacity = event.target.value / 100)));
  one(".compare").addEventListener("click", () => setCompare(!state.compare));
  one(".in").addEventListener("click", KEYS["+"]);
  one(".out").addEventListener("click", KEYS["-"]);
  one(".fit").addEventListener("click", KEYS.f);
  one(".ask").addEventListener("click", KEYS["?"]);
  one(".close").addEventListener("click", KEYS.Escape);
  one(".keys").append(...keyRows());
  connectSplit(one(".split"));
}

function connectSplit(line) {
  const toPointer = (event) => {
    if (!line.hasPointerCapture(event.pointerId)) return;
    const box = canvas.getBoundingClientRect();
    setSplit((event.clientX - box.left) / box.width);
  };
  line.addEventListener("pointerdown", (event) => line.setPointerCapture(event.pointerId));
  line.addEventListener("pointermove", toPointer);
  line.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -0.01, ArrowDown: -0.01, ArrowRight: 0.01, ArrowUp: 0.01, PageUp: 0.1, PageDown: -0.1 };
    const ends = { Home: 0, End: 1 };
    if (event.key in step) setSplit(state.split + step[event.key]);
    else if (event.key in ends) setSplit(ends[event.key]);
    else return;
    event.preventDefault();
  });
}
