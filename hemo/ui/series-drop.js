// Series: files in. Several files, a folder or one archive, dropped or chosen; what they are called
// stays in the browser: what is sent carries random names. The server deletes them when read.
const zone = element.querySelector(".series-drop");
const one = (selector) => zone.querySelector(selector);
const bar = one("progress");
const MOST_FILES = 2000;
const AT_ONCE = 4; // uploads side by side
let run = 0; // of the last choice: an earlier one that is still under way sees that it is over
let isStopped = false;

const tell = (name) => document.dispatchEvent(new CustomEvent(name));

function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return "slice-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(line, share, isRunning) {
  one(".series-progress").hidden = !line;
  one(".line").textContent = line;
  one(".cancel").hidden = !isRunning;
  bar.hidden = !isRunning;
  if (share === null) bar.removeAttribute("value");
  else bar.value = share;
}

// A disc's directory is of no use beside the files that it lists; hidden files never are.
function wanted(files) {
  const seen = files.filter((file) => file.size > 0 && !file.name.startsWith("."));
  return seen.length > 1 ? seen.filter((file) => file.name.toUpperCase() !== "DICOMDIR") : seen;
}

async function take(chosen) {
  const files = wanted(chosen).slice(0, MOST_FILES);
  if (files.length === 0) return;
  const mine = ++run;
  isStopped = false;
  press(-1);
  const paths = [];
  const left = [...files];
  const send = async () => {
    for (let file = left.shift(); file && mine === run; file = left.shift()) {
      const unnamed = new File([file], randomName(), { type: "application/octet-stream" });
      try {
        paths.push((await upload(unnamed)).path);
      } catch {
        // too large, or the connection broke: the server says what it did not get
      }
      if (mine === run) say(`Taking in ${paths.length} of ${files.length} ${files.length > 1 ? "files" : "file"}`, paths.length / files.length, true);
    }
  };
  say("Taking the files in", 0, true);
  await Promise.all(Array.from({ length: AT_ONCE }, send));
  if (mine === run) trigger("upload", { paths });
  else if (paths.length > 0) trigger("discard", { paths }); // stopped while they were on their way
}

// All files below what was dropped, folders among it.
async function below(entry) {
  if (entry.isFile) return [await new Promise((found, failed) => entry.file(found, failed))];
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    const some = await new Promise((found, failed) => reader.readEntries(found, failed));
    if (some.length === 0 || files.length > MOST_FILES) return files;
    for (const inside of some) files.push(...(await below(inside)));
  }
}

async function dropped(transfer) {
  const entries = Array.from(transfer.items ?? [], (item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const plain = Array.from(transfer.files);
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  return (await Promise.all(entries.map(below))).flat();
}

const isOurs = (event) =>
  zone.offsetParent !== null && Array.from(event.dataTransfer?.types ?? []).includes("Files");

// Before anybody else: while this tab is in view, what is dropped on the page is a series.
function listen(name, heard) {
  const first = (event) => {
    if (!element.isConnected) window.removeEventListener(name, first, true);
    else if (isOurs(event)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      heard(event);
    }
  };
  window.addEventListener(name, first, true);
}

listen("dragover", () => zone.classList.add("over"));
listen("dragleave", (event) => event.relatedTarget === null && zone.classList.remove("over"));
listen("drop", async (event) => {
  zone.classList.remove("over");
  take(await dropped(event.dataTransfer));
});

for (const input of zone.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    const files = Array.from(input.files);
    input.value = ""; // the same files can be chosen again
    take(files);
  });
}

one(".cancel").addEventListener("click", () => {
  run += 1;
  isStopped = true;
  trigger("cancel");
  const { state, done, count } = props.value ?? {};
  const isReading = state === "reading";
  say(isReading ? `Stopped after ${done} of ${count} slices.` : "Stopped.", 1, false);
  tell("hemo:series-stopped");
  one("input.files").focus();
});

function press(index) {
  Array.from(one(".gallery").children).forEach((made, i) => made.setAttribute("aria-pressed", String(i === index)));
}

function button(example, index) {
  const made = document.createElement("button");
  const [picture, label] = [document.createElement("img"), document.createElement("span")];
  made.type = "button";
  made.setAttribute("aria-pressed", "false");
  picture.src = example.png;
  picture.alt = "";
  label.textContent = example.label;
  made.append(picture, label);
  made.addEventListener("click", () => {
    run += 1;
    isStopped = false;
    press(index);
    say("Drawing", null, true);
    trigger("select", { index });
  });
  return made;
}

function draw() {
  const value = props.value ?? { state: "empty" };
  zone.dataset.state = value.state;
  if (value.examples) one(".gallery").replaceChildren(...value.examples.map(button));
  const isRunning = value.state === "waiting" || value.state === "reading";
  const share = value.count > 0 ? value.done / value.count : null;
  if (isStopped) return; // what still comes of it is not wanted any more
  if (value.state !== "empty") say(value.line, share, isRunning);
  if (value.state === "fault") tell("hemo:series-stopped");
}

document.addEventListener("hemo:forget", (event) => {
  if (event.detail?.viewer && event.detail.viewer !== "hemo-series-viewer") return;
  if (!zone.offsetParent) return;
  run += 1;
  trigger("cancel");
  say("", null, false);
  press(-1);
});

watch("value", draw);
draw();
