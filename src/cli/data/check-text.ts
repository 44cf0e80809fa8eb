import { relative } from "node:path";

import type { DataCheck } from "../../compare/data-check.ts";
import type { LeakedScore } from "../../compare/leaked-scores.ts";
import type { Place } from "../../core/errors.ts";

/** A check of data as people read it. */
export function checkText(check: DataCheck): string {
  const { input, reference } = check.columns;
  const training = check.training_rows === null ? "" : `, ${check.training_rows} rows of training data`;
  const roles =
    input.length === 0 ? "every text is looked at as input" : `${input.join(", ")} → ${reference.join(", ")}`;
  const lines = [
    `${check.dataset}: ${check.rows} rows${training}; ${roles}`,
    `revision ${check.revision.sha256.slice(0, 16)}`,
  ];
  for (const finding of check.findings) {
    lines.push("", ...findingLines(finding));
    if (finding.fix !== null) lines.push(`    fix: ${finding.fix}`);
  }
  const problems = check.findings.filter(({ level }) => level === "problem").length;
  if (check.leaked_scores !== null) lines.push("", ...leakedLines(check.leaked_scores));
  const notes = check.findings.length - problems;
  lines.push("", problems + notes === 0 ? "nothing found" : `${problems} problems, ${notes} notes`);
  return `${lines.join("\n")}\n`;
}

function findingLines({ check, level, message, count, of, evidence }: DataCheck["findings"][number]): string[] {
  const share = `${((100 * count) / of).toFixed(count * 1000 < of ? 2 : 1)} %`;
  const shown = evidence.map(({ place, ordinal, field, other, what }) => {
    const twin = other === undefined ? "" : ` = ${placeText(other.place, other.ordinal)}`;
    return `    ${placeText(place, ordinal)}${twin}${field === undefined ? "" : ` ${field}`}: ${what}`;
  });
  return [`${level === "problem" ? "PROBLEM" : "note"} ${check}: ${count} ${message} (${share})`, ...shown];
}

function placeText({ file, line }: Place, ordinal: number): string {
  return `${relative(process.cwd(), file)}:${line ?? `row ${ordinal + 1}`}`;
}

function leakedLines(scores: readonly LeakedScore[]): string[] {
  if (scores.length === 0) return ["no leaked row was asked in the run"];
  return [
    "scores with and without the leaked rows:",
    ...scores.map(({ key, checkpoint, all, clean, leaked }) => {
      const text = (each: LeakedScore["all"]): string =>
        each === null ? "–" : `${each.value.toFixed(2)} [${each.lo.toFixed(2)}, ${each.hi.toFixed(2)}] n=${each.n}`;
      return `    ${key} ${checkpoint}: ${text(all)}; without ${text(clean)}; leaked alone ${text(leaked)}`;
    }),
  ];
}
