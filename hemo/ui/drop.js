// The drop zone: one file, dropped anywhere on the page or chosen. The file's name, which may be a
// patient's, stays in the browser: what is sent carries a random one.
const zone = element.querySelector(".drop");
const input = element.querySelector("input");
const choose = element.querySelector(".choose");
const invitation = choose.textContent;
let last = null; // the File chosen last: what is read anyway is sent again, the server has kept nothing

function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return "slice-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isBusy(busy) {
  zone.classList.toggle("taking", busy);
  choose.textContent = busy ? "taking it in…" : invitation;
}

async function take(files, anyway = false) {
  if (files.length === 0) return;
  document.dispatchEvent(new CustomEvent("hemo:chosen", { detail: { index: -1 } })); // no example
  if (files.length > 1) {
    trigger("upload", { path: null, count: files.length });
    return;
  }
  last = files[0];
  isBusy(true);
  let path = null;
  try {
    const unnamed = new File([last], randomName(), { type: "application/octet-stream" });
    path = (await upload(unnamed)).path;
  } catch {
    path = null; // too large, or the connection broke: the server says so where the reading would be
  }
  isBusy(false);
  trigger("upload", { path, count: 1, anyway });
}

// Another tab may take files as well: what is dropped while this one is hidden is not for it.
function carriesFiles(event) {
  if (!zone.offsetParent) return false;
  return Array.from(event.dataTransfer?.types ?? []).includes("Files");
}

input.addEventListener("change", () => {
  const files = Array.from(input.files);
  input.value = ""; // the same file can be chosen again
  take(files);
});

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  zone.classList.add("over");
});

document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) zone.classList.remove("over");
});

document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  zone.classList.remove("over");
  take(Array.from(event.dataTransfer.files));
});

const isOurs = (event) => (event.detail?.viewer ?? "hemo-viewer") === "hemo-viewer";

document.addEventListener("hemo:anyway", (event) => {
  if (last && isOurs(event)) take([last], true);
});

for (const done of ["hemo:chosen", "hemo:forget"]) {
  document.addEventListener(done, (event) => {
    if (isOurs(event)) last = null;
  });
}
