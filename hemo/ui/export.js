// The reading to keep: a picture and numbers, which the browser makes, and a page, which the server
// sets from the slice it is sent. None of them holds a file's name or a patient's.
const section = element.querySelector(".export");
const part = (name) => section.querySelector("." + name);
const LETTERS = "Letters are burned into this picture; it may name a patient. It is not put into a file.";
const FOOT = 38; // pixels under the picture
let reading = null;

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The whole slice on its own grid, under its evidence, in the window it is read in.
async function picture() {
  const slice = { ...held.slice, content: [0, 0, 1, 1] };
  const width = Math.max(slice.width, 512);
  const stage = { width, height: Math.round(width / slice.aspect) };
  const canvas = sheet(stage.width, stage.height + FOOT);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  await new Promise((done) => pixelsOf(slice, done) && done());
  paintSlice(pen, slice, stage, { evidence: true, opacity: 1, then: () => {} });
  paintRegions(pen, slice, stage, 0);
  pen.fillStyle = "#b4bec6";
  pen.font = "11px system-ui, sans-serif";
  pen.textBaseline = "middle";
  pen.fillText(`${reading.percent} · ${reading.title} · ${reading.model}`, 8, stage.height + 12, width - 16);
  pen.fillText(disclaimer, 8, stage.height + 27, width - 16);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function numbers() {
  const { probability, logit, band, warnings, model } = reading;
  const parts = reading.parts.map(({ label, amount }) => ({ label, amount }));
  const { width, height, spacing, units, evidence, regions } = held.slice;
  const slice = { width, height, spacing, units };
  return { disclaimer, probability, logit, band, parts, regions, evidence, warnings, model, slice };
}

async function bytesAt(uri) {
  return new Blob([bytesOf(uri.split(",")[1])], { type: "application/pdf" });
}

const { disclaimer } = props.value;
part("png").addEventListener("click", async () => save(await picture(), "hemo-reading.png"));
part("json").addEventListener("click", () => {
  save(new Blob([JSON.stringify(numbers(), null, 1)], { type: "application/json" }), "hemo-reading.json");
});
part("pdf").addEventListener("click", () => {
  part("busy").textContent = "setting the page…";
  question("topdf");
});

watch("value", async () => {
  const { value } = props;
  const name = answered(value);
  if (!name) return;
  asking.delete(name);
  part("busy").textContent = value.error ?? "";
  if (value.pdf) save(await bytesAt(value.pdf), "hemo-reading.pdf");
});

document.addEventListener("hemo:panel", ({ detail }) => {
  if (detail.name !== "export") return;
  section.hidden = !detail.open;
  if (detail.open) section.scrollIntoView({ block: "nearest" });
});
document.addEventListener("hemo:reading", ({ detail }) => (reading = detail.value));

holdSlice(() => {
  part("busy").textContent = held.blurred ? LETTERS : "";
  part("png").disabled = held.blurred;
  if (!held.slice) tellViewer("panel", { name: "export", open: false });
});
