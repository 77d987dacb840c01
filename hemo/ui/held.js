// The slice that the Read tab shows, for the parts of the page that ask the server about it: each
// question carries the slice, because the server has kept nothing, and a random token.
const VIEWER = "hemo-viewer";
const held = { slice: null, value: null, blurred: false };
const asking = new Map(); // what is asked -> its token

function randomToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function question(name, more = {}) {
  stopAsking(name);
  const { width, height, spacing, units, pixels, number } = held.slice;
  const token = randomToken();
  asking.set(name, token);
  trigger(name, { token, slice: { width, height, spacing, units, pixels, number }, ...more });
}

function stopAsking(name) {
  const token = asking.get(name);
  asking.delete(name);
  if (token) server.stop(token);
}

// Which question a value answers; null for one that nobody waits for any more.
function answered(value) {
  for (const [name, token] of asking) {
    if (value?.token === token || (value?.error && value.token === null)) return name;
  }
  return null;
}

const isOfRead = (event) => (event.detail?.viewer ?? VIEWER) === VIEWER;

// changed() when there is another slice, or none: what was asked about the last one is stopped.
function holdSlice(changed) {
  const hold = (slice, value) => {
    if (slice && slice.pixels.data === held.slice?.pixels.data) return; // back to the same one
    Object.assign(held, { slice, value, blurred: Boolean(value?.blurred) });
    for (const name of Array.from(asking.keys())) stopAsking(name);
    changed();
  };
  document.addEventListener("hemo:shown", (event) => {
    if (!isOfRead(event) || event.detail.value.pair) return;
    const { value } = event.detail;
    hold(value.state === "shown" ? value.slices[0] : null, value);
  });
  document.addEventListener("hemo:reading", (event) => {
    if (event.detail.value.state !== "read") hold(null, null);
  });
}

function made(tag, text = "", kind = "") {
  const one = document.createElement(tag);
  one.textContent = text;
  one.className = kind;
  return one;
}

function tellViewer(name, detail) {
  document.dispatchEvent(new CustomEvent(`hemo:${name}`, { detail: { viewer: VIEWER, ...detail } }));
}
