/**
 * The form's program, in plain JavaScript so that the page needs no build. Texts go into the page by `textContent` alone:
 * an answer cannot become markup. Work is kept in the browser after each key; the file is for handing in.
 */
export const formScript = `
"use strict";
const sheet = JSON.parse(document.getElementById("sheet").textContent);
const isServed = sheet.rater !== undefined;
const el = (id) => document.getElementById(id);
const storage = () => "evalh-human:" + sheet.id + ":" + rater;
let rater = "";
let answers = {};
let at = 0;
let isSaved = true;
// What was answered, in order, for undo.
const trail = [];

// Time on an item counts while the page is looked at.
let seenSince = null;
let seen = 0;
const look = () => { if (seenSince === null && !document.hidden) seenSince = performance.now(); };
const lookAway = () => { if (seenSince !== null) seen += performance.now() - seenSince; seenSince = null; };
document.addEventListener("visibilitychange", () => document.hidden ? lookAway() : look());

// Of one item said in two places the later word counts.
function merged(one, other) {
  const all = { ...one };
  for (const [id, said] of Object.entries(other)) if (!(id in all) || (all[id].at ?? "") < (said.at ?? "")) all[id] = said;
  return all;
}

function kept() {
  try { return JSON.parse(localStorage.getItem(storage()) ?? "{}"); } catch { return {}; }
}

function keep() {
  answers = merged(answers, kept());
  isSaved = false;
  try { localStorage.setItem(storage(), JSON.stringify(answers)); } catch { trouble("This browser keeps nothing: save often."); }
}

function trouble(text) { el("trouble").textContent = text; }

// Behind a server each answer is also sent there; what did not arrive is sent again until it does.
const unsent = new Set();
let isSending = false;
async function send() {
  if (isSending) return;
  isSending = true;
  for (const id of unsent) {
    const text = JSON.stringify(answers[id]);
    try {
      const reply = await fetch("answers", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ id, ...answers[id] }) });
      if (!reply.ok) throw new Error(await reply.text());
      if (JSON.stringify(answers[id]) === text) unsent.delete(id);
    } catch (error) {
      trouble(unsent.size + " not stored yet, kept in this browser and tried again: " + error.message);
      isSending = false;
      setTimeout(send, 2000);
      return;
    }
  }
  isSending = false;
  if (unsent.size > 0) return void send();
  trouble("");
  if (el("work").hidden === false) status();
}

function changed(id) {
  keep();
  if (!isServed) return;
  unsent.add(id);
  void send();
}

function start(event) {
  event?.preventDefault();
  rater = sheet.rater ?? el("rater").value.trim();
  if (rater === "") return;
  answers = merged(sheet.stored ?? {}, kept());
  for (const [id, said] of Object.entries(answers)) {
    if (isServed && (sheet.stored[id]?.value !== said.value || (sheet.stored[id]?.note ?? "") !== (said.note ?? ""))) unsent.add(id);
  }
  void send();
  at = nextOpen(0) ?? sheet.items.length - 1;
  el("help").open = Object.keys(answers).length === 0;
  el("welcome").hidden = true;
  el("work").hidden = false;
  show();
}

function nextOpen(from) {
  const order = [...sheet.items.keys()];
  const found = [...order.slice(from), ...order.slice(0, from)].find((index) => !(sheet.items[index].id in answers));
  return found;
}

function status() {
  const count = sheet.items.length;
  const done = sheet.items.filter(({ id }) => id in answers).length;
  el("progress").max = count;
  el("progress").value = done;
  const end = done < count ? "" : isServed ? ". All stored, thank you" : isSaved ? ". Saved: hand the file in" : ". Save the answers and hand the file in";
  el("status").textContent = "Item " + (at + 1) + " of " + count + ", " + done + " done" + end;
}

function show() {
  const item = sheet.items[at];
  el("prompt").textContent = item.prompt;
  el("reference-part").hidden = item.reference === null;
  el("reference").textContent = item.reference ?? "";
  const given = answers[item.id];
  for (let index = 0; el("answer-" + index) !== null; index++) {
    const part = el("answer-" + index + "-part");
    part.hidden = item.answers[index] === undefined;
    part.classList.toggle("chosen", given?.value === "ABCDEF"[index] && item.answers.length > 1);
    el("answer-" + index).textContent = item.answers[index] ?? "";
  }
  el("choices").replaceChildren(...verdicts().map((verdict) => {
    const button = document.createElement("button");
    const key = document.createElement("kbd");
    button.type = "button";
    key.textContent = verdict.key;
    button.append(key, " " + verdict.label);
    button.setAttribute("aria-pressed", String(verdict.value === given?.value));
    button.addEventListener("click", () => answer(verdict.value));
    return button;
  }));
  el("note").value = given?.note ?? "";
  status();
  seen = 0;
  seenSince = null;
  look();
  window.scrollTo(0, 0);
}

function verdicts() { return sheet.verdicts[sheet.items[at].answers.length]; }

function answer(value) {
  const { id } = sheet.items[at];
  lookAway();
  const seconds = Math.round(seen / 100) / 10 + (answers[id]?.seconds ?? 0);
  answers[id] = { value, note: el("note").value, seconds: Math.round(seconds * 10) / 10, at: new Date().toISOString() };
  trail.push(at);
  changed(id);
  if (el("help").open) el("help").open = false;
  if (at < sheet.items.length - 1) at++;
  show();
}

function go(index) {
  if (index === undefined) return;
  note();
  at = Math.min(sheet.items.length - 1, Math.max(0, index));
  show();
}

function undo() { go(trail.pop() ?? at - 1); }

// A note to an item that has a verdict belongs to it at once; otherwise it goes along with the verdict.
function note() {
  const { id } = sheet.items[at];
  const given = answers[id];
  if (given === undefined || (given.note ?? "") === el("note").value) return;
  answers[id] = { ...given, note: el("note").value, at: new Date().toISOString() };
  changed(id);
}

function save() {
  note();
  const lines = sheet.items.filter(({ id }) => id in answers).map(({ id }) => JSON.stringify({ id, rater, ...answers[id] }) + "\\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(lines, { type: "application/jsonl" }));
  link.download = "human-" + sheet.id + "-" + rater.replace(/[^\\p{L}\\p{N}.-]+/gu, "_") + ".answers.jsonl";
  link.click();
  URL.revokeObjectURL(link.href);
  isSaved = true;
  status();
}

el("guidelines").textContent = sheet.guidelines;
el("guidelines-again").textContent = sheet.guidelines;
el("start").addEventListener("submit", start);
el("save").addEventListener("click", save);
el("save").hidden = isServed;
el("back").addEventListener("click", () => go(at - 1));
el("next").addEventListener("click", () => go(at + 1));
el("note").addEventListener("change", note);
// Another window of the same rater: take over what was said there.
window.addEventListener("storage", (event) => {
  if (rater === "" || event.key !== storage()) return;
  answers = merged(answers, kept());
  status();
});
if (isServed) start();

const commands = {
  ArrowLeft: () => go(at - 1),
  ArrowRight: () => go(at + 1),
  u: undo,
  g: () => go(nextOpen(at)),
  n: () => el("note").focus(),
  s: () => isServed || save(),
  "?": () => { el("help").open = !el("help").open; },
};
document.addEventListener("keydown", (event) => {
  if (el("work").hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.activeElement === el("note")) {
    if (event.key === "Escape") { note(); el("note").blur(); }
    return;
  }
  const verdict = verdicts().find(({ key }) => key === event.key);
  const command = Object.hasOwn(commands, event.key) ? commands[event.key] : undefined;
  if (verdict === undefined && command === undefined) return;
  event.preventDefault();
  if (verdict !== undefined) answer(verdict.value);
  else command();
});
`;
