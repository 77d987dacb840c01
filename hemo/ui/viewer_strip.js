// The strip under the picture: a thumbnail of every slice of a series and its probability.
const THUMB = 52; // CSS pixels
const strip = { shown: [], buttons: [] };

function drawStrip() {
  const place = one(".strip");
  viewer.classList.toggle("has-strip", isSeries());
  if (!isSeries()) {
    strip.shown = strip.buttons = [];
    place.replaceChildren();
    return;
  }
  if (strip.shown === state.slices) return;
  strip.shown = state.slices;
  strip.buttons = state.slices.map(thumbButton);
  place.replaceChildren(...strip.buttons);
  state.slices.forEach((slice, i) => thumbnail(slice, strip.buttons[i].querySelector("canvas")));
}

function thumbButton(slice, index) {
  const made = document.createElement("button");
  const [picture, label, level] = ["canvas", "span", "i"].map((tag) => document.createElement(tag));
  made.type = "button";
  made.tabIndex = -1; // one stop for the strip, arrows within it
  made.dataset.band = slice.band ?? "";
  made.setAttribute("aria-label", `Slice ${slice.label || slice.number}${slice.percent ? `, ${slice.percent}` : ""}`);
  made.title = slice.percent ?? slice.note ?? "";
  picture.width = picture.height = THUMB * 2;
  label.textContent = slice.label || String(slice.number);
  level.style.setProperty("--level", slice.probability ?? 0);
  made.append(picture, level, label);
  made.addEventListener("click", () => goTo(index));
  return made;
}

function thumbnail(slice, canvas) {
  const draw = () => {
    const pixels = pixelsOf(slice, draw);
    if (!pixels || !canvas.isConnected) return;
    const [left, top, across, down] = slice.content;
    const picture = windowed(pixels);
    const aspect = (slice.aspect * across) / down;
    const [w, h] = aspect > 1 ? [canvas.width, canvas.width / aspect] : [canvas.height * aspect, canvas.height];
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(
      picture,
      left * picture.width,
      top * picture.height,
      across * picture.width,
      down * picture.height,
      (canvas.width - w) / 2,
      (canvas.height - h) / 2,
      w,
      h
    );
  };
  draw();
}

function markStrip() {
  strip.buttons.forEach((button, i) => {
    const isHere = i === state.index;
    button.setAttribute("aria-current", String(isHere));
    button.tabIndex = isHere ? 0 : -1;
    if (isHere) bringIntoView(button);
  });
}

// Sideways only: the page itself stays where it is.
function bringIntoView(button) {
  const place = one(".strip");
  const middle = button.offsetLeft + button.offsetWidth / 2 - place.offsetLeft;
  place.scrollTo({ left: middle - place.clientWidth / 2 });
}
