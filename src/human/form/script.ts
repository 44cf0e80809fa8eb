/**
 * The form's program, in plain JavaScript so that the page needs no build. Texts go into the page by `textContent` alone:
 * an answer cannot become markup. Work is kept in the browser after each key; the file is for handing in.
 */
export const formScript = `
"use strict";
const sheet = JSON.parse(document.getElementById("sheet").textContent);
const el = (id) => document.getElementById(id);
const storage = (rater) => "evalh-human:" + sheet.id + ":" + rater;
let rater = "";
let answers = {};
let at = 0;
let shownAt = 0;

function keep() {
  try { localStorage.setItem(storage(rater), JSON.stringify(answers)); } catch { el("status").textContent = "This browser keeps nothing: save often."; }
}

// Behind a server each answer is also sent there; what did not arrive is sent again with the next one.
const unsent = new Set();
async function send() {
  for (const id of unsent) {
    const text = JSON.stringify(answers[id]);
    try {
      const reply = await fetch("answers", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ id, ...answers[id] }) });
      if (!reply.ok) throw new Error(await reply.text());
      if (JSON.stringify(answers[id]) === text) unsent.delete(id);
    } catch (error) {
      el("trouble").textContent = "Not stored yet, kept in this browser: " + error.message;
      return;
    }
  }
  el("trouble").textContent = "";
}

function changed(id) {
  keep();
  if (sheet.rater === undefined) return;
  unsent.add(id);
  void send();
}

function start(event) {
  event?.preventDefault();
  rater = sheet.rater ?? el("rater").value.trim();
  if (rater === "") return;
  try { answers = JSON.parse(localStorage.getItem(storage(rater)) ?? "{}"); } catch { answers = {}; }
  for (const id of Object.keys(answers)) if (sheet.rater !== undefined && sheet.stored[id] === undefined) unsent.add(id);
  answers = { ...answers, ...sheet.stored };
  void send();
  const open = sheet.items.findIndex((item) => !(item.id in answers));
  at = open < 0 ? sheet.items.length - 1 : open;
  el("welcome").hidden = true;
  el("work").hidden = false;
  show();
}

function show() {
  const item = sheet.items[at];
  el("prompt").textContent = item.prompt;
  el("reference-part").hidden = item.reference === null;
  el("reference").textContent = item.reference ?? "";
  for (const [index, id] of ["answer-a", "answer-b"].entries()) {
    el(id + "-part").hidden = item.answers[index] === undefined;
    el(id).textContent = item.answers[index] ?? "";
  }
  const given = answers[item.id];
  for (const button of el("choices").children) button.setAttribute("aria-pressed", String(button.dataset.value === given?.value));
  el("note").value = given?.note ?? "";
  const done = sheet.items.filter(({ id }) => id in answers).length;
  el("progress").max = sheet.items.length;
  el("progress").value = done;
  el("status").textContent = "Item " + (at + 1) + " of " + sheet.items.length + ", " + done + " done" + (done === sheet.items.length ? ". Save the answers and hand the file in." : "");
  shownAt = performance.now();
}

function answer(value) {
  const { id } = sheet.items[at];
  const seconds = Math.round((performance.now() - shownAt) / 100) / 10 + (answers[id]?.seconds ?? 0);
  answers[id] = { value, note: el("note").value, seconds, at: new Date().toISOString() };
  changed(id);
  if (at < sheet.items.length - 1) at++;
  show();
}

function move(by) {
  at = Math.min(sheet.items.length - 1, Math.max(0, at + by));
  show();
}

function save() {
  const lines = sheet.items.filter(({ id }) => id in answers).map(({ id }) => JSON.stringify({ id, rater, ...answers[id] }) + "\\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(lines, { type: "application/jsonl" }));
  link.download = "human-" + sheet.id + "-" + rater.replace(/[^\\w.-]+/g, "_") + ".answers.jsonl";
  link.click();
  URL.revokeObjectURL(link.href);
}

for (const [index, value] of sheet.verdicts.entries()) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.value = value;
  button.textContent = (index + 1) + "  " + value.replace("_", " ");
  button.addEventListener("click", () => answer(value));
  el("choices").append(button);
}
el("guidelines").textContent = sheet.guidelines;
el("guidelines-again").textContent = sheet.guidelines;
el("welcome").addEventListener("submit", start);
el("save").addEventListener("click", save);
el("back").addEventListener("click", () => move(-1));
el("next").addEventListener("click", () => move(1));
el("note").addEventListener("change", () => {
  const given = answers[sheet.items[at].id];
  if (given === undefined) return;
  given.note = el("note").value;
  changed(sheet.items[at].id);
});
if (sheet.rater !== undefined) start();
document.addEventListener("keydown", (event) => {
  if (el("work").hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.activeElement === el("note")) {
    if (event.key === "Escape") el("note").blur();
    return;
  }
  const value = sheet.verdicts[Number(event.key) - 1];
  if (value !== undefined) answer(value);
  else if (event.key === "ArrowLeft" || event.key === "u") move(-1);
  else if (event.key === "ArrowRight") move(1);
  else if (event.key === "n") { event.preventDefault(); el("note").focus(); }
  else if (event.key === "s") save();
});
`;
