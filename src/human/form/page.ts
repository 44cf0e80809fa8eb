import { createHash } from "node:crypto";

import { verdicts, type HumanSheet } from "../sheet.ts";
import { formScript } from "./script.ts";
import { formStyle } from "./style.ts";

/** A rater whose answers a server takes. */
export interface FormSession {
  readonly rater: string;
  /** Item → what the rater said before. */
  readonly stored: Readonly<
    Record<string, { readonly value: string; readonly note?: string; readonly seconds?: number }>
  >;
}

/**
 * A sheet as one HTML file that works from disk, offline: it shows the items, takes answers by key, keeps them in the
 * browser, and saves them to a file for `evalh human import`. Nothing may load, and nothing may run but its one script.
 */
export function formPage({ id, form, guidelines, items }: HumanSheet, session?: FormSession): string {
  // Inside of a script element only "<" could end it.
  const data = JSON.stringify({ id, guidelines, verdicts: verdicts[form], items, ...session }).replaceAll(
    "<",
    "\\u003c",
  );
  const part = (name: string, title: string): string =>
    `<section id="${name}-part"><h2>${title}</h2><div class="text" id="${name}" dir="auto"></div></section>`;
  const single = form === "pairwise" ? "Answer A" : "Answer";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '${sourceHash(formScript)}'; style-src '${sourceHash(formStyle)}'; connect-src ${session === undefined ? "'none'" : "'self'"}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Rating ${id}</title>
<style>${formStyle}</style>
</head>
<body>
<noscript>This form needs JavaScript.</noscript>
<form id="welcome"><h1>${items.length} items to judge</h1><p id="guidelines"></p>
<label>Your name or initials<input id="rater" autocomplete="off" required autofocus></label>
<p><button>Start</button></p></form>
<main id="work" hidden>
<header><h1 id="status" role="status"></h1><progress id="progress"></progress></header>
<details><summary>Guidelines</summary><p id="guidelines-again"></p></details>
${part("prompt", "Question")}
${part("reference", "A right answer")}
<div class="answers">${part("answer-a", single)}${part("answer-b", "Answer B")}</div>
<div class="choices" id="choices" role="group" aria-label="Verdict"></div>
<p id="trouble" role="alert"></p>
<label>Note<textarea id="note" rows="2"></textarea></label>
<p class="choices"><button type="button" id="back">Back</button><button type="button" id="next">Next</button><button type="button" id="save">Save answers</button></p>
<p>Keys: <kbd>1</kbd>–<kbd>${verdicts[form].length}</kbd> answer, <kbd>u</kbd> or <kbd>←</kbd> back, <kbd>→</kbd> next, <kbd>n</kbd> note (<kbd>Esc</kbd> leaves it), <kbd>s</kbd> save. Work is kept in this browser.</p>
</main>
<script type="application/json" id="sheet">${data}</script>
<script>${formScript}</script>
</body>
</html>
`;
}

function sourceHash(source: string): string {
  return `sha256-${createHash("sha256").update(source, "utf8").digest("base64")}`;
}
