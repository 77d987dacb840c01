// The header: the disclaimer, always in view, and dark or light. Nothing is remembered.
const root = document.documentElement;
const button = element.querySelector(".theme");

element.querySelector(".disclaimer").textContent = props.value.disclaimer;

button.addEventListener("click", () => {
  const light = root.classList.toggle("hemo-light");
  button.setAttribute("aria-pressed", String(light));
});
