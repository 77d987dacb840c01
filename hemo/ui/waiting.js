// What is said of the server, in every tab. Two things are listened to: a stream that stays open as
// long as the server is there, and the messages about the line among Gradio's answers (it has a
// progress display of its own, but that covers what it belongs to).
const words = props.value;
const server_ = element.querySelector(".server");
const place = element.querySelector(".place");
const AGAIN = 1500; // ms until the server is tried again
const READABLE = 8000; // ms that good and busy news stand
const SHORT = 700; // ms: whoever waits no longer need not be told
let failures = 0;
let timer = null;

function say(text, ms) {
  clearTimeout(timer);
  server_.textContent = text;
  if (ms) timer = setTimeout(() => (server_.textContent = ""), ms);
}

// Only while the tab is in view: a browser has six connections to a server, for all of its tabs.
let beat = null;

function watchServer() {
  if (document.hidden || beat) return;
  beat = new EventSource(`gradio_api/heartbeat/hemo${crypto.getRandomValues(new Uint32Array(1))[0]}`);
  beat.onopen = () => {
    if (failures > 1) welcome();
    failures = 0;
  };
  beat.onerror = () => {
    rest();
    failures += 1;
    if (failures > 1) lose(); // once may be a server in front that ends long answers
    setTimeout(watchServer, AGAIN);
  };
}

function rest() {
  beat?.close();
  beat = null;
}

function lose() {
  say(words.lost);
  leave();
}

// A page that was waiting for an answer is loaded anew by Gradio, which asks for "app_id" until the
// server is there; only then is it whole again, and what happened is said by the new one. The note
// for it is left as soon as either of the two has reached the server: Gradio does not wait.
let loadedAnew = false;

function welcome() {
  if (loadedAnew) leaveNote();
  else say(words.back, READABLE);
}

function leaveNote() {
  history.replaceState({ ...history.state, hemoReturned: true }, "");
}

function sayIfReturned() {
  if (!history.state?.hemoReturned) return;
  history.replaceState({ ...history.state, hemoReturned: false }, "");
  say(words.again, READABLE);
}

let worth = null;
const waiting = new Map(); // questions in line, and how many are before each

// What the page asks by itself beside a reading, nobody waits for.
const byItself = new Set();
const SILENT = ["hemo-steady"];

function isSilent(question) {
  const asking = Number(/"trigger_id":(\d+)/.exec(question.slice(-200))?.[1]); // pixels come before it
  const part = window.gradio_config?.components?.find(({ id }) => id === asking);
  return SILENT.includes(part?.props?.elem_id);
}

function hush(id) {
  byItself.add(id);
  waiting.delete(id); // the stream may have named its place before its own answer was here
  tell();
}

function hear(message) {
  if (byItself.has(message.event_id)) return;
  if (message.msg === "estimation" && message.rank !== null) waiting.set(message.event_id, message);
  else if (message.event_id) waiting.delete(message.event_id);
  tell();
}

function tell() {
  const last = [...waiting.values()].pop();
  if (!last) {
    clearTimeout(worth);
    worth = null;
    place.textContent = "";
  } else if (place.textContent) place.textContent = placeOf(last);
  else worth ??= setTimeout(tellLate, SHORT);
}

function tellLate() {
  worth = null;
  const last = [...waiting.values()].pop();
  if (last) place.textContent = placeOf(last);
}

function leave() {
  waiting.clear(); // Gradio has one stream at a time, and ends it after the last answer
  tell();
}

function placeOf({ rank, rank_eta: seconds }) {
  if (rank === 0) return words.next;
  const eta = seconds ? words.eta.replace("{seconds}", Math.ceil(seconds)) : "";
  return words.place.replace("{before}", rank).replace("{eta}", eta);
}

// Passes an event stream on, and hears the short messages in it: those with pictures are not parsed.
//
// The server ends the stream with the last answer, and Gradio's page closes it as soon as it is told
// so, also where a question was asked while that word was on its way: its answer would go to nobody.
// So while questions are open the word is not passed on, and the stream is asked for again; and what
// is asked right after it was passed on gets its number once Gradio's page has taken it in. Nor does
// Gradio's page show an answer that overtakes the number of its question: it is held back.
const CLOSING = 'data: {"msg":"close_stream"';
const BYTES = new TextDecoder("latin1"); // a letter a byte
const TOLD = 50; // ms
const PATIENCE = 10000; // ms
let told = null; // settled when Gradio's page knows of the end of the last stream
const open = new Set(); // questions without an answer
const pause = (ms) => new Promise((go) => setTimeout(go, ms));

async function inOrder(id) {
  for (let waited = 0; !open.has(id) && waited < PATIENCE; waited += TOLD) await pause(TOLD);
  await pause(TOLD); // the number is on its way to Gradio's page
}

function listened(first, again) {
  const pass = new TransformStream();
  passOn(first, again, pass.writable).finally(leave);
  return pass.readable;
}

async function passOn(answer, again, out) {
  const writer = out.getWriter();
  try {
    while (await hearOut(answer.body, writer)) answer = await again();
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {}); // Gradio says so, or has left itself
  }
}

// Passes on all of one stream; whether it was closed although questions are open.
async function hearOut(body, writer) {
  let last = "";
  const text = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return false;
      const lines = (last + text.decode(value, { stream: true })).split("\n");
      last = lines.pop().slice(0, 1000);
      for (const line of lines) if (line.startsWith("data:")) await hearLine(line.slice(5));
      const closes = lines.some((line) => line.startsWith(CLOSING));
      const end = closes && open.size ? BYTES.decode(value).lastIndexOf(CLOSING) : -1;
      if (closes && end < 0) told = pause(TOLD);
      await writer.write(end < 0 ? value : value.subarray(0, end));
      if (end >= 0) return true;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function hearLine(line) {
  const start = line.slice(0, 400);
  const id = start.match(/"event_id":\s*"(\w+)"/)?.[1];
  if (id && !open.has(id)) await inOrder(id);
  if (id && start.includes('"process_completed"')) open.delete(id);
  if (line.length < 400) hear(JSON.parse(line));
  else if (id) hear({ event_id: id });
}

const asked = window.fetch;
window.fetch = async (...request) => {
  const address = String(request[0]?.url ?? request[0]);
  if (address.endsWith("/app_id")) loadedAnew = true;
  const isStream = address.includes("/queue/data");
  const again = isStream && request[0] instanceof Request ? request[0].clone() : null;
  const answer = await asked(...request);
  if (address.endsWith("/app_id") && answer.ok && failures > 1) leaveNote();
  if (address.includes("/queue/join")) {
    if (answer.status === 503) say(words.busy, READABLE);
    if (answer.ok) {
      const id = (await answer.clone().json()).event_id;
      open.add(id);
      if (isSilent(String(request[1].body))) hush(id);
      await told;
    }
  }
  if (!isStream || !answer.body) return answer;
  return new Response(listened(answer, () => asked(again ? again.clone() : request[0], request[1])), answer);
};

document.addEventListener("visibilitychange", () => (document.hidden ? rest() : watchServer()));
sayIfReturned();
watchServer();
