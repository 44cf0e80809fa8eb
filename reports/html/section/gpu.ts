import type { Comparison } from "../../../src/compare/comparison.ts";
import type { CheckpointResources, ResourceUse } from "../../../src/compare/resources.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { formatCount, formatSeconds, MISSING } from "../../number-format.ts";
import { gpuChart } from "../chart/gpu-chart.ts";
import { markup, type Html } from "../markup.ts";
import { scrollTable } from "../part/scroll-table.ts";
import type { Section } from "./section.ts";

/** GPUs drawn; the table of usage has them all. */
const MOST_GPUS = 8;
const WIDTHS = [
  { name: "wide", width: 1040 },
  { name: "narrow", width: 400 },
] as const;

export const gpu: Section = {
  id: "gpu",
  title: "GPU",
  render(comparison) {
    const { resources } = comparison;
    if (resources === null) return null;
    return markup`${timelines(comparison, resources)}${usage(resources)}${checkpointUse(comparison, resources)}`;
  },
};

function timelines({ checkpoints }: Comparison, { timeline, gpus }: ResourceUse): Html {
  const label = checkpointLabels(checkpoints);
  return markup`${timeline.gpus.slice(0, MOST_GPUS).map((trace, order) => {
    const name = `GPU ${trace.gpu}${trace.name === null ? "" : `, ${trace.name}`}`;
    const busy = gpus.find((each) => each.gpu === trace.gpu)?.utilization ?? null;
    const description = `Utilisation, memory and power over ${formatSeconds(timeline.end)}${busy === null ? "" : `; busy ${busy.toFixed(0)} % of the time`}. The tables below have the numbers.`;
    return markup`<h3>${name}</h3><figure>${WIDTHS.map(
      ({ name: look, width }) =>
        markup`<div class="${look}">${gpuChart(timeline, trace, { width, label, id: `gpu-${order}-${look}`, title: `${name} over the run`, description })}</div>`,
    )}</figure>`;
  })}`;
}

function usage({ gpus }: ResourceUse): Html {
  const percent = (value: number | null): string => (value === null ? MISSING : `${value.toFixed(0)} %`);
  const gib = (mebi: number | null): string => (mebi === null ? MISSING : (mebi / 1024).toFixed(1));
  return scrollTable({
    label: "GPUs",
    look: "plain",
    head: markup`<tr><th scope="col">GPU</th><th scope="col" class="num">busy</th><th scope="col" class="num">idle share</th><th scope="col" class="num">most memory, GiB</th><th scope="col" class="num">of</th><th scope="col" class="num">hottest, °C</th><th scope="col" class="num">energy, Wh</th></tr>`,
    body: gpus.map(
      (each) =>
        markup`<tr><th scope="row">${each.gpu}${each.name !== null && markup`<small>${each.name}</small>`}</th><td class="num">${percent(each.utilization)}</td><td class="num">${percent(each.idle === null ? null : 100 * each.idle)}</td><td class="num">${gib(each.peakMemory)}</td><td class="num">${gib(each.memoryTotal)}</td><td class="num">${each.hottest ?? MISSING}</td><td class="num">${each.energy === null ? MISSING : (each.energy.joules / 3600).toFixed(1)}</td></tr>`,
    ),
  });
}

function checkpointUse({ checkpoints }: Comparison, resources: ResourceUse): Html | null {
  if (resources.checkpoints.length === 0) return null;
  const label = checkpointLabels(checkpoints);
  const small = (value: number | null): string => (value === null ? MISSING : value.toPrecision(2));
  const row = (each: CheckpointResources): Html =>
    markup`<tr><th scope="row">${label(each.checkpoint)}</th><td class="num">${formatSeconds(each.seconds)}</td><td class="num">${formatCount(each.tokens)}</td><td class="num">${formatCount(Math.round(each.joules))}</td><td class="num">${small(each.joulesPerToken)}</td><td class="num">${small(each.joulesPerCorrect)}</td><td class="num">${each.gapSeconds === 0 ? "" : formatSeconds(each.gapSeconds)}</td></tr>`;
  return markup`<h3>What each checkpoint took</h3>${scrollTable({
    label: "Time and energy of each checkpoint",
    look: "plain",
    head: markup`<tr><th scope="col">checkpoint</th><th scope="col" class="num">time</th><th scope="col" class="num">tokens</th><th scope="col" class="num">joules</th><th scope="col" class="num">J a token</th><th scope="col" class="num">J a right answer</th><th scope="col" class="num">not measured</th></tr>`,
    body: resources.checkpoints.map(row),
  })}`;
}
