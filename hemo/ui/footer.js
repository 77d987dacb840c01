// The footer: model, engine, time, and the figures that evaluation wrote.
const foot = element.querySelector(".foot");

function draw() {
  const parts = (props.value && props.value.parts) || [];
  foot.replaceChildren(
    ...parts.map((text) => {
      const part = document.createElement("span");
      part.textContent = text;
      return part;
    })
  );
}

watch("value", draw);
draw();
