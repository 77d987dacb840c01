// The viewer in words: what is under the pointer, what is shown, what the keys do.
const KEY_LINES = [
  ["O", "evidence on and off"],
  ["C", "compare: drag the line, or arrow keys on it"],
  ["1 2 3 4", "window: brain, subdural, stroke, bone (slices in HU)"],
  ["right or Shift drag", "center and width of the window"],
  ["+ −, Ctrl wheel, pinch", "zoom"],
  ["drag", "move the zoomed picture"],
  ["0 or F", "fit"],
  ["wheel, ↑ ↓, Home End", "through the slices of a series"],
  ["arrows on a single slice", "a cross hair that reads values out"],
  ["Enter", "point at what is under the cross hair, where that is asked"],
  ["?", "these keys"],
];
const FIXED = "window fixed: burned in";
const FIXED_WHY =
  "A PNG or JPEG holds grey values, not Hounsfield units: the window was burned in when it was " +
  "saved, and what it cut off cannot be brought back.";

function signed(value, digits) {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value > 0 ? "+" : "−") + text;
}

function inWords(found) {
  if (!found) return "";
  const shade = found.isHounsfield ? `${String(found.value).replace("-", "−")} HU` : `grey ${found.value} of 255`;
  const logits = found.logits === null ? "" : ` · ${signed(found.logits, 2)} logits per cell`;
  return `${found.x}, ${found.y} · ${shade}${logits}`;
}

function described(slice) {
  if (!slice) return "No slice yet";
  const regions = (slice.regions ?? []).map(
    (region) => `region ${region.number}, ${region.label}, ${region.amount} logits`
  );
  const found = slice.evidence ? regions.join("; ") || "no focal evidence" : "";
  const reading = slice.percent ? `${slice.percent} probability of hemorrhage` : slice.note ?? "";
  return [...(slice.caption ?? []), reading, found && `Evidence: ${found}`].filter(Boolean).join(". ");
}

function keyRows() {
  return KEY_LINES.flatMap(([keys, what]) => {
    const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = keys;
    meaning.textContent = what;
    return [term, meaning];
  });
}
