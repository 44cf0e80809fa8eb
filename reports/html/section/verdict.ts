import type { Comparison } from "../../../src/compare/comparison.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { sampleCount, verdictLabel } from "../../findings.ts";
import { cellOf, decidingRow } from "../../metric-view.ts";
import { formatScore, marginText } from "../../number-format.ts";
import { markup, type Html } from "../markup.ts";

/** The top of the page: the verdict in words, then the few facts that people came for. */
export function verdict(comparison: Comparison): Html {
  const [headline = "", ...sentences] = comparison.summary;
  const { word, tone } = verdictLabel(comparison);
  const mark = tone === "good" ? "✓" : tone === "bad" ? "✗" : "!";
  return markup`<section class="verdict" aria-labelledby="headline"><p class="label ${tone}"><span aria-hidden="true">${mark}</span> ${word}</p><h1 id="headline">${headline}</h1><div class="lead">${sentences.map((sentence) => markup`<p>${sentence}</p>`)}</div><dl class="facts">${facts(
    comparison,
  ).map(
    ({ name, value, note }) =>
      markup`<div><dt>${name}</dt><dd>${value}${note !== "" && markup`<small>${note}</small>`}</dd></div>`,
  )}</dl></section>`;
}

interface Fact {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

function facts(comparison: Comparison): readonly Fact[] {
  return [...shipFacts(comparison), ...scoreFacts(comparison), ...lossFacts(comparison), ...sampleFacts(comparison)];
}

function shipFacts({ ship, checkpoints }: Comparison): Fact[] {
  if (ship === null) return [];
  const label = checkpointLabels(checkpoints);
  const others = ship.equivalent.filter((id) => id !== ship.checkpoint).map(label);
  const shown = others.slice(0, 3).join(", ");
  const rest = others.length > 3 ? ` and ${others.length - 3} more` : "";
  return [{ name: "Ship", value: label(ship.checkpoint), note: others.length === 0 ? "" : `as good: ${shown}${rest}` }];
}

function scoreFacts(comparison: Comparison): Fact[] {
  const row = decidingRow(comparison);
  const index = comparison.checkpoints.findIndex(({ id }) => id === comparison.ship?.checkpoint);
  const estimate = row === null ? null : (cellOf(comparison, row.key, index)?.estimate ?? null);
  if (row === null || estimate === null) return [];
  const value = `${formatScore(estimate.value, row.unit)} ${marginText(estimate, row.unit)}`.trimEnd();
  return [{ name: row.key, value, note: `on ${estimate.n} test samples` }];
}

function lossFacts({ training }: Comparison): Fact[] {
  const step = training?.diagnosis.ship ?? null;
  const point = training?.points.find((item) => item.step === step && item.evalLoss !== undefined);
  if (step === null || point?.evalLoss === undefined) return [];
  return [{ name: "Lowest evaluation loss", value: point.evalLoss.toFixed(3), note: `at step ${step}` }];
}

function sampleFacts(comparison: Comparison): Fact[] {
  const row = decidingRow(comparison);
  if (row === null || row.detectable === null) return [{ name: "Evaluated", value: sampleCount(comparison), note: "" }];
  return [
    {
      name: "Smallest difference it can show",
      value: formatScore(row.detectable, row.unit),
      note: `in ${row.key}; ${sampleCount(comparison)}`,
    },
  ];
}
