import type { Comparison } from "../../../src/compare/comparison.ts";
import type { BrokenAnswer } from "../../../src/compare/robustness/broken-answers.ts";
import type { RobustnessCell, RobustnessRow } from "../../../src/compare/robustness/robustness.ts";
import type { VarianceSplit } from "../../../src/compare/robustness/variance-split.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { formatCount, formatDelta, formatP, formatScore, MISSING, plural } from "../../number-format.ts";
import { isDrop, perturbedMetrics, varianceParts, type PerturbedMetric } from "../../robustness-view.ts";
import { markup, type Html } from "../markup.ts";
import { scrollTable } from "../part/scroll-table.ts";
import { tabs } from "../part/tabs.ts";
import type { Section } from "./section.ts";

export const robustness: Section = {
  id: "robustness",
  title: "Do the scores hold in other words?",
  nav: "Robustness",
  render(comparison) {
    const found = comparison.robustness;
    const metrics = perturbedMetrics(comparison);
    if (found === null || metrics.length === 0) return null;
    const variance = found.variance.filter(({ cells }) => cells.some((cell) => cell !== null));
    return markup`<p class="intro">The same samples, written otherwise. Scores of perturbed samples have no part in choosing a checkpoint.</p>${tabs(
      metrics.map((metric) => ({ name: metric.row.key, content: dropTable(comparison, metric) })),
      { label: "Perturbed metric" },
    )}<p class="legend"><span>change from the clean score on the same samples, with its 95 % interval</span><span>▼ worse, * significant (Holm over the checkpoint’s perturbations and metrics)</span></p>${variance.length > 0 && varianceTable(comparison, variance)}${found.broken.length > 0 && examples(comparison, found.broken)}`;
  },
};

function dropTable(comparison: Comparison, { row, forms }: PerturbedMetric): Html {
  const label = checkpointLabels(comparison.checkpoints);
  const cell = (found: RobustnessCell | null): Html => {
    if (found === null) return markup`<td class="num missing">${MISSING}</td>`;
    const { difference, perturbed } = found;
    const isWorse = isDrop(found, row);
    const bounds = `${formatDelta(difference.lo, row.unit)} to ${formatDelta(difference.hi, row.unit)}`;
    const title = `${formatP(difference.pAdjusted)} (Holm), ${difference.test}, n = ${difference.n}; ${difference.fixed} better, ${difference.broken} worse`;
    return markup`<td class="num${isWorse ? " weak" : ""}" data-v="${difference.value}" title="${title}">${isWorse && markup`<span class="mark">▼</span>`}${formatScore(perturbed.value, row.unit)}<small>${formatDelta(difference.value, row.unit)}${difference.significant && " *"} (${bounds})</small></td>`;
  };
  const clean = comparison.checkpoints.map((_, index) => comparison.cells[row.key]?.[index]?.estimate ?? null);
  return scrollTable({
    label: `${row.key} under perturbations`,
    look: "slices",
    head: markup`<tr><th scope="col">perturbation</th><th scope="col" class="num">changed</th>${comparison.checkpoints.map(({ id }) => markup`<th scope="col">${label(id)}</th>`)}</tr>`,
    body: markup`<tr class="whole"><th scope="row">clean</th><td></td>${clean.map((estimate) => markup`<td class="num">${estimate === null ? MISSING : formatScore(estimate.value, row.unit)}</td>`)}</tr>${forms.map((form) => markup`<tr><th scope="row">${form.perturbation}${kindOf(form)}</th><td class="num">${formatCount(form.changed)}<small>of ${formatCount(form.of)}</small></td>${form.cells.map(cell)}</tr>`)}`,
  });
}

function kindOf({ perturbation, module, options }: RobustnessRow): Html {
  const settings = Object.entries(options).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const kind = perturbation === module ? settings : [module, ...settings];
  return kind.length === 0 ? markup`` : markup`<small>${kind.join(", ")}</small>`;
}

function varianceTable(comparison: Comparison, splits: readonly VarianceSplit[]): Html {
  const label = checkpointLabels(comparison.checkpoints);
  const names = ["prompt", "sample", "prompt × sample", "seed", "prompt × sample and seed"];
  const rows = splits.flatMap(({ key, prompts, cells }) =>
    cells.flatMap((cell, index) => {
      if (cell === null) return [];
      const parts = new Map(varianceParts(cell).map(({ name, variance }) => [name, variance]));
      const total = [...parts.values()].reduce((sum, variance) => sum + variance, 0);
      const id = comparison.checkpoints[index]?.id ?? "";
      return [{ key, id, parts, total, prompts, cell }];
    }),
  );
  const shown = names.filter((name) => rows.some(({ parts }) => parts.has(name)));
  return markup`<h3>Where the variance comes from</h3><p class="intro">Shares of the variance of single scores (random effects, analysis of variance): between prompts, between samples, and what repeating the same question adds. A large share of prompts means that the next wording may score quite otherwise.</p>${scrollTable(
    {
      label: "Variance components",
      look: "plain",
      head: markup`<tr><th scope="col">metric</th><th scope="col">checkpoint</th><th scope="col">design</th>${shown.map((name) => markup`<th scope="col" class="num">${name}</th>`)}</tr>`,
      body: rows.map(
        ({ key, id, parts, total, prompts, cell }) =>
          markup`<tr><th scope="row">${key}</th><td>${label(id)}</td><td><span title="${prompts.join(", ")}">${plural(prompts.length, "prompt")}</span> × ${plural(cell.samples, "sample")}${cell.repeats > 1 && ` × ${cell.repeats}`}</td>${shown.map(
            (name) => {
              const variance = parts.get(name);
              return markup`<td class="num">${variance === undefined || total === 0 ? MISSING : `${((100 * variance) / total).toFixed(1)} %`}</td>`;
            },
          )}</tr>`,
      ),
    },
  )}`;
}

function examples({ base, checkpoints }: Comparison, broken: readonly BrokenAnswer[]): Html {
  const label = checkpointLabels(checkpoints);
  const forms = Map.groupBy(broken, ({ task, perturbation }) => `${task} under ${perturbation}`);
  return markup`<h3>Answers of ${label(base)} that broke</h3>${[...forms].map(
    ([name, list]) =>
      markup`<details><summary>${name}</summary>${list.map(
        ({ id, references, clean, perturbed }) =>
          markup`<table class="plain pairs"><caption>${id}${references.length > 0 && markup`: <q>${references.join(" | ")}</q>`}</caption><tbody>${[
            ["clean", clean] as const,
            ["perturbed", perturbed] as const,
          ].map(
            ([form, asked]) =>
              markup`<tr><th scope="row">${form}</th><td><pre>${asked.prompt}</pre></td><td><pre>${asked.output}</pre></td></tr>`,
          )}</tbody></table>`,
      )}</details>`,
  )}`;
}
