import { relative } from "node:path";

import type { Comparison, MetricRow } from "../src/compare/comparison.ts";
import type { GateResult } from "../src/compare/gate/gate-result.ts";
import { escapeText } from "./escape-text.ts";
import { gateWord } from "./gate-view.ts";
import { cellOf, testRows } from "./metric-view.ts";
import { formatScore } from "./number-format.ts";
import { textReport } from "./report-module.ts";
import { xmlAttributes, xmlText } from "./xml-text.ts";

export const junitReport = textReport({
  name: "junit",
  summary: "One test case a gate and task as JUnit XML, for Jenkins, GitLab and others.",
  extension: "xml",
  mark: /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="evalh"/u,
  render: (comparison, { root }) => renderJunit(comparison, root),
});

interface TestCase {
  readonly classname: string;
  readonly name: string;
  /** "error" is for what kept a score from being made, "skipped" for what is left open. */
  readonly outcome: "pass" | "failure" | "error" | "skipped";
  /** The whole message: some viewers show the body alone, others the attribute. */
  readonly message: string;
}

function renderJunit(comparison: Comparison, root: string | undefined): string {
  const { suite, run } = comparison;
  const cases = [...comparison.gates.map((result) => gateCase(comparison, result, root)), ...taskCases(comparison)];
  const count = (outcome: TestCase["outcome"]): number => cases.filter((each) => each.outcome === outcome).length;
  const counts = {
    tests: cases.length,
    failures: count("failure"),
    errors: count("error"),
    time: run.seconds,
  };
  const own = { skipped: count("skipped"), ...(run.startedAt === "" ? {} : { timestamp: run.startedAt.slice(0, 19) }) };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${xmlAttributes({ name: "evalh", ...counts })}>`,
    `<testsuite${xmlAttributes({ name: suite.name, ...counts, ...own, hostname: run.host })}>`,
    ...cases.map(caseXml),
    "</testsuite>",
    "</testsuites>\n",
  ].join("\n");
}

function gateCase({ suite }: Comparison, result: GateResult, root: string | undefined): TestCase {
  const outcomes = { pass: "pass", fail: "failure", warn: "skipped", inconclusive: "skipped" } as const;
  const word = gateWord(result);
  const against = result.against === null ? "" : `\nagainst ${result.against}`;
  const { file, line } = result.gate.place;
  // A gate of the command line has no place.
  const path = root === undefined || file === "" ? file : relative(root, file);
  const place = path === "" ? "" : `\n${path}${line === undefined ? "" : `:${line}`}`;
  return {
    classname: `${suite.name}.gates`,
    name: escapeText(result.name),
    outcome: outcomes[word],
    message: `${word}: ${result.name}: ${result.reason}\ncheckpoint ${result.checkpoint}${against}${place}`,
  };
}

/** A task is in error where samples have no answer or a checkpoint has no score. */
function taskCases(comparison: Comparison): TestCase[] {
  const { suite, checkpoints } = comparison;
  const tasks = Map.groupBy(testRows(comparison), ({ task }) => task);
  return [...tasks].map(([task, rows]) => {
    const troubles = checkpoints.flatMap((checkpoint, index) =>
      troublesOf(comparison, { rows, id: checkpoint.id, index }),
    );
    return {
      classname: `${suite.name}.tasks`,
      name: task,
      outcome: troubles.length === 0 ? ("pass" as const) : ("error" as const),
      message: [...troubles, ...scoreLines(comparison, rows)].join("\n"),
    };
  });
}

function troublesOf(
  comparison: Comparison,
  { rows, id, index }: { readonly rows: readonly MetricRow[]; readonly id: string; readonly index: number },
): string[] {
  const cells = rows.map(({ key }) => cellOf(comparison, key, index));
  const failed = Math.max(0, ...cells.map((cell) => cell?.failed ?? 0));
  if (failed > 0) return [`${id}: ${failed} samples ended in an error`];
  return cells.every((cell) => cell?.estimate == null) ? [`${id}: no sample was scored`] : [];
}

function scoreLines(comparison: Comparison, rows: readonly MetricRow[]): string[] {
  return comparison.checkpoints.map(({ id }, index) => {
    const scores = rows.map((row) => {
      const value = cellOf(comparison, row.key, index)?.estimate?.value;
      return `${row.metric} ${value === undefined ? "none" : formatScore(value, row.unit)}`;
    });
    return `${id}: ${scores.join(", ")}`;
  });
}

function caseXml({ classname, name, outcome, message }: TestCase): string {
  const attributes = xmlAttributes({ classname, name, time: 0 });
  const text = message
    .split("\n")
    .map((line) => escapeText(line))
    .join("\n");
  if (outcome === "pass") {
    return `<testcase${attributes}>\n<system-out>${xmlText(text)}</system-out>\n</testcase>`;
  }
  const first = text.split("\n")[0] ?? "";
  const type = outcome === "skipped" ? {} : { type: outcome === "failure" ? "gate" : "samples" };
  return `<testcase${attributes}>\n<${outcome}${xmlAttributes({ message: first, ...type })}>${xmlText(text)}</${outcome}>\n</testcase>`;
}
