// What if: paint over something, or put a bleed in, and see what becomes of the reading. The viewer
// then shows the slice before and after.
const section = element.querySelector(".whatif");
const part = (name) => section.querySelector("." + name);
const { kinds, sized } = props.value;
const brushed = { mask: "", what: 0 };
let isFilling = 0; // the region whose outline is on its way from the viewer, to be filled in

function regionButton(region) {
  const button = made("button", `Without region ${region.number}`);
  button.type = "button";
  button.addEventListener("click", () => {
    back();
    paint(false);
    isFilling = region.number;
    tellViewer("fill", { number: region.number });
  });
  return button;
}

function paint(on) {
  part("paint").setAttribute("aria-pressed", String(on));
  tellViewer("tool", { tool: on ? "brush" : "look", clear: true });
}

function back() {
  if (part("back").hidden) return;
  part("back").hidden = true;
  part("result").replaceChildren();
  tellViewer("show", { value: { ...held.value, keep: true } });
}

function ask(name, more) {
  part("busy").textContent = "reading again…";
  part("result").replaceChildren();
  question(name, more);
}

function fill() {
  const { mask, what } = brushed;
  paint(false);
  ask("fill", { mask, what });
}

function answer() {
  const { value } = props;
  const name = answered(value);
  if (!name) return;
  asking.delete(name);
  part("busy").textContent = value.error ?? "";
  if (value.error) return;
  part("result").replaceChildren(...value.sentences.map((text) => made("p", text)));
  part("back").hidden = false;
  part("panel-of-it").scrollIntoView({ block: "nearest" });
  const after = { ...value.slice, caption: held.slice.caption, content: held.slice.content };
  const slices = [{ ...held.slice }, after];
  tellViewer("show", {
    value: { state: "shown", slices, index: 1, pair: true, compare: true, keep: true, message: null },
  });
}

function open(isOpen) {
  part("panel-of-it").hidden = !isOpen;
  section.querySelector("[data-panel=whatif]").setAttribute("aria-expanded", String(isOpen));
  if (isOpen) part("panel-of-it").scrollIntoView({ block: "nearest" });
  else paint(false);
}

for (const door of section.querySelectorAll(".door")) {
  door.addEventListener("click", () => {
    const isOpen = door.getAttribute("aria-expanded") !== "true";
    if (door.dataset.panel === "whatif") open(isOpen);
    else tellViewer("panel", { name: door.dataset.panel, open: isOpen });
  });
}

document.addEventListener("hemo:panel", ({ detail }) => {
  section.querySelector(`[data-panel=${detail.name}]`)?.setAttribute("aria-expanded", String(detail.open));
});

document.addEventListener("hemo:brush", (event) => {
  if (!isOfRead(event) || !held.slice) return;
  brushed.mask = event.detail.mask;
  brushed.what = isFilling;
  for (const name of ["clear", "fill"]) part(name).disabled = !brushed.mask;
  if (isFilling && brushed.mask) fill();
  isFilling = 0;
});

part("paint").addEventListener("click", () => {
  back();
  paint(part("paint").getAttribute("aria-pressed") !== "true");
});
part("clear").addEventListener("click", () => paint(true));
part("fill").addEventListener("click", fill);
part("back").addEventListener("click", back);
part("bleed").addEventListener("click", () => {
  const [kind, side, size] = ["kind", "side", "size"].map((name) => part(name).value);
  back();
  paint(false);
  ask("bleed", { kind, side, size });
});
part("kind").append(...kinds.map((kind) => new Option(kind, kind)));
part("kind").addEventListener("change", () => (part("sized").hidden = !sized.includes(part("kind").value)));

holdSlice(() => {
  section.hidden = !held.slice || held.blurred;
  brushed.mask = "";
  for (const name of ["clear", "fill"]) part(name).disabled = true;
  part("busy").textContent = "";
  part("back").hidden = true;
  part("result").replaceChildren();
  part("regions").replaceChildren(...(held.slice?.regions ?? []).slice(0, 3).map(regionButton));
  part("paint").setAttribute("aria-pressed", "false");
});

watch("value", answer);
