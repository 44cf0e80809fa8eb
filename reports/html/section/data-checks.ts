import { basename } from "node:path";

import type { RunDataCheck } from "../../../src/compare/data-check.ts";
import type { LeakedScore } from "../../../src/compare/leaked-scores.ts";
import type { Comparison } from "../../../src/compare/comparison.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { formatCount, formatScore, MISSING, plural } from "../../number-format.ts";
import { markup, type Html } from "../markup.ts";
import { scrollTable } from "../part/scroll-table.ts";
import type { Section } from "./section.ts";

/** Rows of the table of leaked scores; the command shows all. */
const MOST_SCORES = 60;

export const dataChecks: Section = {
  id: "data-checks",
  title: "The data behind the scores",
  nav: "Data",
  render(comparison) {
    const checks = comparison.dataChecks;
    if (checks.length === 0) return null;
    return markup`${checks.map((check) => markup`<h3>${check.dataset}</h3><p class="intro">${about(check)}</p>${findings(check)}${check.leaked_scores !== null && check.leaked_scores.length > 0 && leaked(comparison, check.leaked_scores)}`)}`;
  },
};

function about({ rows, training_rows: training, revision, isAsked }: RunDataCheck): string {
  const held = training === null ? "" : `, held against ${plural(training, "row")} of training data`;
  const version = isAsked ? "" : "; this is not, byte for byte, what the run asked";
  return `${plural(rows, "row")}${held}; revision ${revision.sha256.slice(0, 12)}${version}.`;
}

function findings({ findings: list }: RunDataCheck): Html {
  if (list.length === 0) return markup`<p>Nothing was found.</p>`;
  return scrollTable({
    label: "Findings in the data",
    look: "plain",
    head: markup`<tr><th scope="col">check</th><th scope="col">level</th><th scope="col" class="num">rows</th><th scope="col">found</th></tr>`,
    body: list.map(
      ({ check, level, message, count, of, evidence, fix }) =>
        markup`<tr><th scope="row">${check}</th><td>${level === "problem" ? markup`<span class="label bad">problem</span>` : "note"}</td><td class="num">${formatCount(count)}<small>of ${formatCount(of)}</small></td><td>${message}${evidence.length > 0 && markup`<details><summary>where</summary><ul>${evidence.map(({ place, ordinal, field, other, what }) => markup`<li><code>${placeText(place, ordinal)}</code>${other !== undefined && markup` = <code>${placeText(other.place, other.ordinal)}</code>`}${field !== undefined && ` ${field}`}: ${what}</li>`)}</ul></details>`}${fix !== null && markup`<small><code>${fix}</code></small>`}</td></tr>`,
    ),
  });
}

/** Folders of the machine that looked are nobody's business. */
function placeText(
  { file, line }: { readonly file: string; readonly line?: number | undefined },
  ordinal: number,
): string {
  return `${basename(file)}:${line ?? `row ${ordinal + 1}`}`;
}

function leaked({ checkpoints }: Comparison, scores: readonly LeakedScore[]): Html {
  const label = checkpointLabels(checkpoints);
  const text = (estimate: LeakedScore["all"]): Html =>
    estimate === null
      ? markup`<td class="num missing">${MISSING}</td>`
      : markup`<td class="num">${formatScore(estimate.value, "percent")}<small>${formatScore(estimate.lo, "percent")} to ${formatScore(estimate.hi, "percent")}, n ${formatCount(estimate.n)}</small></td>`;
  return markup`<h3>Scores with and without what stands in the training data</h3>${scrollTable({
    label: "Scores with and without leaked rows",
    look: "plain",
    head: markup`<tr><th scope="col">metric</th><th scope="col">checkpoint</th><th scope="col" class="num">all</th><th scope="col" class="num">without</th><th scope="col" class="num">leaked alone</th></tr>`,
    body: scores
      .slice(0, MOST_SCORES)
      .map(
        ({ key, checkpoint, all, clean, leaked: alone }) =>
          markup`<tr><th scope="row">${key}</th><td>${label(checkpoint)}</td>${text(all)}${text(clean)}${text(alone)}</tr>`,
      ),
  })}`;
}
