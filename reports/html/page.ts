import { createHash } from "node:crypto";

import type { Comparison } from "../../src/compare/comparison.ts";
import { clientScript, clientStyle } from "./client.generated.ts";
import { markup, type Html } from "./markup.ts";
import { sections } from "./section/index.ts";
import { verdict } from "./section/verdict.ts";

/** Every report file begins so; what does not is nobody's to overwrite. */
export const REPORT_MARK =
  /^<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="generator" content="evalh/u;

/** How a page that a server gives out names what it shows. */
export interface ServedPage {
  /** Changes when the run has moved on. */
  readonly version: number;
}

/**
 * Everything before the data: the page as it is read, printed, and shown without scripts.
 * @param served null for a page that holds its data itself
 */
export function pageHead(comparison: Comparison, served: ServedPage | null = null): string {
  const { suite, run } = comparison;
  const shown = sections.flatMap((section) => {
    const body = section.render(comparison);
    return body === null ? [] : [{ ...section, body }];
  });
  const title = markup`<title>${suite.name}: ${comparison.summary[0] ?? "comparison"} · evalh</title>`;
  const body = markup`<a class="skip" href="#main">Skip to the verdict</a><header class="top"><div class="brand"><b>evalh</b><span>${suite.name}</span></div><nav aria-label="Sections">${shown.map(({ id, title: heading, nav = heading }) => markup`<a href="#${id}">${nav}</a>`)}</nav><button type="button" class="theme" data-theme-toggle hidden>Dark</button></header><main id="main">${verdict(comparison)}${shown.map((section) => sectionView(section))}</main>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="evalh ${markup`${run.evalh}`.source}">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(served)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
${title.source}
<style>${clientStyle}</style>
</head>
<body${served === null ? "" : ` data-served="${served.version}"`}>
${body.source}
`;
}

/** Everything after the data. */
export function pageTail(
  comparison: Comparison,
  { left, isServed = false }: { readonly left: string | null; readonly isServed?: boolean },
): string {
  const omissions = [left, ...sections.map((section) => section.leftOut?.(comparison) ?? null)].filter(
    (sentence) => sentence !== null,
  );
  const end = isServed
    ? "Made by evalh view, which reads the run on this machine and sends nothing anywhere."
    : "Made by evalh. This file works offline and sends nothing anywhere.";
  const note = markup`<footer>${omissions.length > 0 && markup`<h2>What was left out</h2>${omissions.map((sentence) => markup`<p>${sentence}</p>`)}`}<p class="made">${end}</p></footer>`;
  return `${note.source}\n<script>${clientScript}</script>\n</body>\n</html>\n`;
}

function sectionView({ id, title, body }: { readonly id: string; readonly title: string; readonly body: Html }): Html {
  return markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`;
}

/**
 * Nothing may load, nothing may run but the one script and the one style of this file, known by their hashes; strings
 * may not become markup. A served page asks its own server for data.
 */
export function contentPolicy(served: ServedPage | null): string {
  return [
    "default-src 'none'",
    `script-src '${sourceHash(clientScript)}'`,
    `style-src '${sourceHash(clientStyle)}'`,
    "img-src data:",
    ...(served === null ? [] : ["connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}

function sourceHash(source: string): string {
  return `sha256-${createHash("sha256").update(source, "utf8").digest("base64")}`;
}
