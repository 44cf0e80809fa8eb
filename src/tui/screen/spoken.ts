import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { verdictLabel, warningLines } from "../../../reports/findings.ts";
import { gateWord } from "../../../reports/gate-view.ts";
import { cellOf, halfWidth } from "../../../reports/metric-view.ts";
import { formatDelta, formatScore, plural } from "../../../reports/number-format.ts";
import type { Comparison } from "../../compare/comparison.ts";
import type { Browser, Scene } from "../model/scene.ts";
import { totalsOf, type Snapshot } from "../model/snapshot.ts";
import type { UiState } from "../model/ui-state.ts";
import { compareCursor } from "./compare-keys.ts";
import { titleOf } from "./compare-detail.ts";

/**
 * The screen as sentences for a screen reader: only what the cursor stands on, since everything that changes is read
 * aloud. Progress is told in steps of ten per cent.
 */
export function speakScreen(state: UiState, scene: Scene): readonly string[] {
  if (state.message !== null) return [escapeText(state.message)];
  if (state.typing !== null) return [`Filter: ${escapeText(state.samples.filter)}`, listed(scene.browser)];
  if (state.help) {
    return [
      "Keys: 1 to 4 open run, compare, samples, log. j and k move, h and l choose the checkpoint.",
      "Enter opens, Escape goes back, slash filters, q leaves.",
    ];
  }
  switch (state.view) {
    case "run":
      return speakRun(scene.snapshot);
    case "compare":
      return scene.snapshot.comparison === null ? ["No comparison yet."] : speakCell(scene.snapshot.comparison, state);
    case "samples":
      return scene.browser === null ? ["No samples to browse."] : speakSample(scene.browser, state);
    case "gates":
      return (scene.snapshot.comparison?.gates ?? []).map((each) => `${gateWord(each)}: ${escapeText(each.reason)}`);
    case "people":
      return scene.snapshot.people.map(
        ({ result: { sheet, judged, items } }) => `Sheet ${escapeText(sheet)}: ${judged} of ${items} items judged.`,
      );
    case "log":
      return speakLog(scene.snapshot);
    default:
      return state.view satisfies never;
  }
}

/** Warnings first, then the newest events. */
function speakLog({ comparison, notes }: Snapshot): string[] {
  const warnings = comparison === null ? [] : warningLines(comparison).map((text) => `warning: ${text}`);
  const events = notes.slice(-5).map(({ kind, text }) => `${kind}: ${escapeText(text)}`);
  return warnings.length + events.length === 0 ? ["Nothing to report."] : [...warnings, ...events];
}

function speakRun(snapshot: Snapshot): string[] {
  const { comparison, state } = snapshot;
  const { done, total, failed } = totalsOf(snapshot);
  const name = `Run of ${escapeText(snapshot.suite)}`;
  if (state === "running" || comparison === null) {
    const tenth = Math.floor((done / Math.max(1, total)) * 10) * 10;
    return [
      `${name}, ${state}: ${tenth} per cent of ${plural(total, "answer")}${failed > 0 ? `, ${failed} failed` : ""}.`,
    ];
  }
  return [`${name}. Verdict: ${verdictLabel(comparison).word}.`, ...comparison.summary.map((text) => escapeText(text))];
}

function speakCell(comparison: Comparison, state: UiState): string[] {
  const { rows, row, column } = compareCursor(comparison, state.compare);
  const item = rows[row];
  if (item === undefined) return ["No metrics."];
  const label = checkpointLabels(comparison.checkpoints);
  const where = `${titleOf(item)}, ${label(comparison.checkpoints[column]?.id ?? "")}`;
  const place = `Row ${row + 1} of ${rows.length}, checkpoint ${column + 1} of ${comparison.checkpoints.length}.`;
  if (item.kind === "loss") return [`${where}: ${item.values[column] ?? "not logged"}.`, place];
  const cell = item.kind === "metric" ? cellOf(comparison, item.row.key, column) : null;
  const estimate = item.kind === "slice" ? item.slice.estimates[item.row.key]?.[column] : cell?.estimate;
  if (estimate == null) return [`${where}: no score.`, place];
  const { unit } = item.row;
  const value = `${formatScore(estimate.value, unit)}, plus or minus ${formatScore(halfWidth(estimate), unit)}`;
  const difference = cell?.difference ?? null;
  const change =
    difference === null
      ? ""
      : ` ${formatDelta(difference.value, unit)} against the base, ${difference.significant ? "significant" : "not significant"}; ${difference.fixed} fixed, ${difference.broken} broken.`;
  return [`${where}: ${value}.${change}`, place];
}

function listed(browser: Browser | null): string {
  if (browser === null || browser.samples === null) return "Reading the samples.";
  return `${plural(browser.found.length, "sample")} listed.${browser.problems.map((text) => ` ${escapeText(text)}.`).join("")}`;
}

function speakSample(browser: Browser, { samples: { cursor } }: UiState): string[] {
  const { comparison, sample, base, head, row } = browser;
  if (sample === null) return [listed(browser)];
  const label = checkpointLabels(comparison.checkpoints);
  const answers = [...new Set([base, head])].map((place) => {
    const output = sample.outputs[place];
    const score = output?.scores[row.key.slice(row.task.length + 1)];
    const points = score == null ? "no score" : `score ${formatScore(score, row.unit)}`;
    const text = output == null ? "not run" : (output.error?.message ?? output.text);
    return `${label(comparison.checkpoints[place]?.id ?? "")}, ${points}: ${escapeText(text)}`;
  });
  return [
    `Sample ${cursor + 1} of ${browser.found.length}, ${escapeText(sample.id)}. ${escapeText(row.key)}.`,
    `Prompt: ${escapeText(sample.prompt)}`,
    ...sample.references.map((reference) => `Reference: ${escapeText(reference)}`),
    ...answers,
  ];
}
