// The synthetic examples: a button with a picture for each.
const gallery = element.querySelector(".gallery");

function button(example, index) {
  const made = document.createElement("button");
  const picture = document.createElement("img");
  const label = document.createElement("span");
  made.type = "button";
  made.setAttribute("aria-pressed", "false");
  picture.src = example.png;
  picture.alt = "";
  label.textContent = example.label;
  made.append(picture, label);
  made.addEventListener("click", () => {
    document.dispatchEvent(new CustomEvent("hemo:chosen", { detail: { index } }));
    trigger("select", { index });
  });
  return made;
}

document.addEventListener("hemo:chosen", (event) => {
  Array.from(gallery.children).forEach((made, index) => {
    made.setAttribute("aria-pressed", String(index === event.detail.index));
  });
});

gallery.replaceChildren(...(props.value || []).map(button));
