import { createHash } from "node:crypto";

import type { HumanSheet } from "../sheet.ts";
import { answerNames, verdictsOf } from "../verdict.ts";
import { formScript } from "./script.ts";
import { formStyle } from "./style.ts";

/** A rater whose answers a server takes. */
export interface FormSession {
  readonly rater: string;
  /** Item → what the rater said before. */
  readonly stored: Readonly<
    Record<string, { readonly value: string; readonly note?: string; readonly seconds?: number; readonly at?: string }>
  >;
}

/**
 * A sheet as one HTML file that works from disk, offline: it shows the items, takes answers by key, keeps them in the
 * browser, and saves them to a file for `evalh human import`. Nothing may load, and nothing may run but its one script.
 */
export function formPage(sheet: HumanSheet, session?: FormSession): string {
  const { id, form, guidelines, items } = sheet;
  const most = Math.max(1, ...items.map(({ answers }) => answers.length));
  const verdicts = Object.fromEntries(
    [...new Set(items.map(({ answers }) => answers.length))].map((count) => [count, verdictsOf(form, count)]),
  );
  // Inside of a script element only "<" could end it.
  const data = JSON.stringify({ id, guidelines, verdicts, items, ...session }).replaceAll("<", "\\u003c");
  const connect = session === undefined ? "'none'" : "'self'";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '${sourceHash(formScript)}'; style-src '${sourceHash(formStyle)}'; connect-src ${connect}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Rating ${id}</title>
<style>${formStyle}</style>
</head>
<body>
<noscript>This form needs JavaScript.</noscript>
${welcome(items.length)}
${work(answerNames(most))}
<script type="application/json" id="sheet">${data}</script>
<script>${formScript}</script>
</body>
</html>
`;
}

function welcome(items: number): string {
  return `<main id="welcome"><form id="start"><h1>${items} items to judge</h1>
<p id="guidelines" class="guidelines"></p>
<label for="rater">Your name or initials</label><input id="rater" autocomplete="off" required autofocus>
<p class="row"><button class="primary">Start <kbd>Enter</kbd></button></p>
<p class="hint">Your work is kept in this browser as you go. Nothing is sent anywhere: at the end you save a file and hand it in.</p>
</form></main>`;
}

function part(name: string, title: string, look = ""): string {
  return `<section class="card ${look}" id="${name}-part" aria-labelledby="${name}-title"><h2 id="${name}-title">${title}</h2><div class="text" id="${name}" dir="auto"></div></section>`;
}

function work(names: readonly string[]): string {
  const answers = names.map((name, index) => part(`answer-${index}`, names.length === 1 ? "Answer" : `Answer ${name}`));
  return `<div id="work" hidden>
<header><h1>Rating</h1><p id="status" role="status"></p><progress id="progress" aria-label="Items judged"></progress><button type="button" id="save">Save <kbd>s</kbd></button></header>
<main>
<details id="help"><summary>Guidelines and keys <kbd>?</kbd></summary><p id="guidelines-again" class="guidelines"></p>
<p class="keys"><span><kbd>1</kbd>… say a verdict</span><span><kbd>u</kbd> undo: back to the last one</span><span><kbd>←</kbd> <kbd>→</kbd> move</span><span><kbd>g</kbd> next open one</span><span><kbd>n</kbd> note, <kbd>Esc</kbd> leaves it</span><span><kbd>s</kbd> save a file</span></p></details>
${part("prompt", "Question")}
${part("reference", "A right answer", "reference")}
<div class="answers">${answers.join("")}</div>
<div class="dock">
<div class="verdicts" id="choices" role="group" aria-label="Verdict"></div>
<div class="row"><button type="button" id="back"><kbd>←</kbd> Back</button><button type="button" id="next">Next <kbd>→</kbd></button><label class="note" for="note">Note <kbd>n</kbd></label><textarea id="note" rows="1"></textarea></div>
<p id="trouble" role="alert"></p>
</div>
</main></div>`;
}

function sourceHash(source: string): string {
  return `sha256-${createHash("sha256").update(source, "utf8").digest("base64")}`;
}
