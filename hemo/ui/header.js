// The header: the disclaimer, always in view, and dark or light. Nothing is remembered.
const root = document.documentElement;
const button = element.querySelector(".theme");
const tip = element.querySelector(".tip");

element.querySelector(".disclaimer").textContent = props.value.disclaimer;

button.addEventListener("click", () => {
  button.textContent = root.classList.toggle("hemo-light") ? "Dark" : "Light";
});

// Explanations, for every part of the page: whatever carries data-hint shows it, on hover and focus.
let explained = null;

function show(place) {
  if (place === explained) return;
  explained?.removeAttribute("aria-describedby");
  explained = place;
  tip.hidden = !place;
  if (!place) return;
  tip.textContent = place.dataset.hint;
  place.setAttribute("aria-describedby", tip.id);
  const [at, own] = [place.getBoundingClientRect(), tip.getBoundingClientRect()];
  const left = Math.min(Math.max(at.left + at.width / 2 - own.width / 2, 8), innerWidth - own.width - 8);
  const below = at.bottom + 8 + own.height < innerHeight;
  tip.style.left = `${left}px`;
  tip.style.top = `${below ? at.bottom + 8 : Math.max(at.top - own.height - 8, 4)}px`;
}

const hinted = (target) => target?.closest?.("[data-hint]") ?? null;
document.addEventListener("pointerover", (event) => show(hinted(event.target) ?? hinted(document.activeElement)));
document.addEventListener("focusin", (event) => show(hinted(event.target)));
document.addEventListener("focusout", () => show(null));
document.addEventListener("scroll", () => show(null), { capture: true, passive: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") show(null);
});
