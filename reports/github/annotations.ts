import { relative } from "node:path";

import type { Comparison } from "../../src/compare/comparison.ts";
import type { GateResult } from "../../src/compare/gate/gate-result.ts";
import { escapeText } from "../escape-text.ts";
import { gatesByWeight, gateTally, gateWord } from "../gate-view.ts";
import { textReport } from "../report-module.ts";

/** GitHub shows ten errors and ten warnings a step; the worst should be among them. */
const MOST = 10;

export const githubAnnotations = textReport({
  name: "github-annotations",
  summary: "Gates that did not pass as workflow commands, the ten worst.",
  extension: "txt",
  mark: /^::(error|warning|notice) /u,
  render: (comparison, { root }) => renderAnnotations(comparison, root),
});

function renderAnnotations(comparison: Comparison, root: string | undefined): string {
  const open = gatesByWeight(comparison).filter(({ outcome }) => outcome !== "pass");
  const isTooMany = open.length > MOST;
  const shown = open.slice(0, isTooMany ? MOST - 1 : MOST).map((result) => annotation(result, root));
  const rest = isTooMany
    ? [command("warning", { title: "evalh" }, `${open.length - shown.length} more gates did not pass`)]
    : [];
  const lines = open.length > 0 ? [...shown, ...rest] : [command("notice", { title: "evalh" }, tally(comparison))];
  return `${lines.join("\n")}\n`;
}

function tally(comparison: Comparison): string {
  return comparison.gates.length === 0 ? (comparison.summary[0] ?? "") : gateTally(comparison);
}

function annotation(result: GateResult, root: string | undefined): string {
  const { file, line } = result.gate.place;
  const path = root === undefined ? "" : relative(root, file);
  // A suite outside the repository has no line to be shown at.
  const isInside = path !== "" && !path.startsWith("..");
  const place = isInside ? { file: path, ...(line === undefined ? {} : { line: String(line) }) } : {};
  const level = gateWord(result) === "fail" ? "error" : "warning";
  return command(level, { ...place, title: `evalh: ${result.name}` }, `${gateWord(result)}: ${result.reason}`);
}

/** A workflow command; what would end it or start another is escaped. */
function command(level: string, properties: Readonly<Record<string, string>>, message: string): string {
  const data = (text: string): string =>
    escapeText(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
  const list = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
  return `::${level} ${list.join(",")}::${data(message)}`;
}
