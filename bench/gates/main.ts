/**
 * How often gates fail on models that did not change, and on models that did, by simulation.
 *
 *   npm run bench:gates [-- --models 2000 --only latency --record bench/results/gates.json]
 *
 * A model is a pair of runs over the same questions; the gate is the one that `evalh run` uses. Where a scenario draws,
 * the second run asks its questions as `--until-decided` does. Gates on latency are simulated over times (`times.ts`),
 * `--only` runs the scenarios whose names have the text in them. Exits with 1 where a bar is missed.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import type { GateResult } from "../../src/compare/gate/gate-result.ts";
import { evaluateGates } from "../../src/compare/gates.ts";
import { subsetColumn } from "../../src/compare/metric-column.ts";
import type { RunData } from "../../src/compare/run-data.ts";
import { drawnBy, looksFor } from "../../src/run/drawing.ts";
import { numpyMt19937 } from "../../src/stats/mt19937.ts";
import { smallestDetectableDifference } from "../../src/stats/power.ts";
import { wilson } from "../../src/stats/proportion.ts";
import type { Gate } from "../../src/suite/suite.ts";
import { machine } from "../measure.ts";
import { missesTimes, simulateTimes, timesScenarios } from "./times.ts";
import { asRun, drawPair, gate, type Pair } from "./models.ts";

const { values } = parseArgs({
  options: {
    models: { type: "string", default: "2000" },
    only: { type: "string", default: "" },
    record: { type: "string" },
  },
});
const models = Number(values.models);

interface Scenario {
  readonly name: string;
  readonly n: number;
  /** True drop of every metric, in points. */
  readonly drop: number;
  readonly gates: readonly Gate[];
  /** True where the second run draws its questions until the gates are decided. */
  readonly draws?: boolean;
  /** Percent of models on which a gate may fail at most, or must at least. */
  readonly most?: number;
  readonly least?: number;
}

interface Counted {
  readonly scenario: string;
  readonly n: number;
  readonly true_drop: number;
  readonly gates: number;
  /** Percent of models on which at least one gate fails, is inconclusive at worst, or all pass. */
  readonly fail: number;
  readonly fail_interval: readonly number[];
  readonly inconclusive: number;
  readonly pass: number;
  /** Percent of models that a bare threshold on the drop fails. */
  readonly raw_threshold_fail: number;
  /** Mean percent of the questions that were asked. */
  readonly asked: number;
  readonly bar: string;
}

/** Discordant share of two independent runs with uniform chances: E[2p(1 − p)] = 1/3. */
const detectable = (n: number): number => smallestDetectableDifference({ n, sd: 100 * Math.sqrt(1 / 3) });

const five = [0, 1, 2, 3, 4];
const all: readonly Scenario[] = [
  { name: "unchanged, one gate with a 2-point limit", n: 500, drop: 0, gates: [gate(0, {})], most: 5 },
  { name: "unchanged, one gate without a limit", n: 500, drop: 0, gates: [gate(0, { maxDrop: 0 })], most: 5 },
  { name: "unchanged, five gates with a 2-point limit", n: 500, drop: 0, gates: five.map((i) => gate(i, {})), most: 5 },
  {
    name: "worse by the detectable difference, 2-point limit",
    n: 500,
    drop: detectable(500),
    gates: [gate(0, {})],
    least: 80,
  },
  {
    name: "worse by the detectable difference, 2-point limit",
    n: 2000,
    drop: detectable(2000),
    gates: [gate(0, {})],
    least: 80,
  },
  { name: "unchanged, until decided", n: 2000, drop: 0, gates: [gate(0, { maxDrop: 5 })], draws: true, most: 5 },
  {
    name: "unchanged, five gates without a limit, until decided",
    n: 2000,
    drop: 0,
    gates: five.map((i) => gate(i, { maxDrop: 0 })),
    draws: true,
    most: 5,
  },
  {
    name: "worse by the detectable difference, until decided",
    n: 2000,
    drop: detectable(2000),
    gates: [gate(0, { maxDrop: 0 })],
    draws: true,
    least: 80,
  },
  { name: "worse by 10 points, until decided", n: 2000, drop: 10, gates: [gate(0, {})], draws: true, least: 80 },
  {
    name: "noninferior, worse by exactly the margin",
    n: 500,
    drop: 5,
    gates: [gate(0, { mode: "noninferior", maxDrop: 5 })],
  },
  { name: "noninferior, unchanged", n: 2000, drop: 0, gates: [gate(0, { mode: "noninferior", maxDrop: 5 })] },
];

const isWanted = ({ name }: { readonly name: string }): boolean => name.includes(values.only);
const scenarios = all.filter(isWanted);
const timed = timesScenarios.filter(isWanted);
const results: Counted[] = [];
for (const scenario of scenarios) results.push(await simulate(scenario, all.indexOf(scenario)));
const times = timed.map((scenario) => simulateTimes(scenario, models, 2000 + timesScenarios.indexOf(scenario)));
console.table(times.map(({ fail_interval: _fail, pass_interval: _pass, ...rest }) => rest));
console.table(results.map(({ fail_interval: _interval, ...rest }) => rest));
const missed = scenarios.filter(({ most = 100, least = 0 }, index) => {
  const { fail_interval: [lo = 0, hi = 100] = [] } = results[index] ?? {};
  return lo > most || hi < least;
});
const slow = timed.filter((scenario, index) => {
  const counted = times[index];
  return counted !== undefined && missesTimes(scenario, counted);
});
if (missed.length + slow.length > 0) {
  console.error(`missed: ${[...missed, ...slow].map(({ name }) => name).join("; ")}`);
  process.exitCode = 1;
}
if (values.record !== undefined) {
  const seed = "numpy 1000 + scenario; of latency 2000 + scenario";
  const record = { machine: machine(), models, seed, results, latency: times };
  writeFileSync(values.record, `${JSON.stringify(record, null, 2)}\n`);
}

async function simulate(scenario: Scenario, index: number): Promise<Counted> {
  const random = numpyMt19937(1000 + index);
  const counts = { fail: 0, inconclusive: 0, pass: 0, raw: 0, asked: 0 };
  for (let model = 0; model < models; model++) {
    const pairs = scenario.gates.map(() => drawPair(random, scenario.n, scenario.drop / 100));
    const { results: made, asked } = await gatedOnce(scenario, pairs);
    counts.asked += asked;
    const outcomes = new Set(made.map(({ outcome }) => outcome));
    if (outcomes.has("fail")) counts.fail++;
    else if (outcomes.has("inconclusive")) counts.inconclusive++;
    else counts.pass++;
    if (pairs.some((pair, at) => dropOf(pair) > (scenario.gates[at]?.maxDrop ?? 0))) counts.raw++;
  }
  const percent = (count: number): number => Math.round((count / models) * 1000) / 10;
  return {
    scenario: scenario.name,
    n: scenario.n,
    true_drop: Math.round(scenario.drop * 100) / 100,
    gates: scenario.gates.length,
    fail: percent(counts.fail),
    fail_interval: wilson(counts.fail / models, models, { level: 0.95, scale: 100 }).map(
      (x) => Math.round(x * 10) / 10,
    ),
    inconclusive: percent(counts.inconclusive),
    pass: percent(counts.pass),
    raw_threshold_fail: percent(counts.raw),
    asked: Math.round((counts.asked / models / scenario.n) * 100),
    bar:
      scenario.most === undefined ? (scenario.least === undefined ? "" : `≥ ${scenario.least}`) : `≤ ${scenario.most}`,
  };
}

/** The gates of one pair of runs, and how many questions the second one asked. */
async function gatedOnce(
  { gates, n, draws = false }: Scenario,
  pairs: readonly Pair[],
): Promise<{ results: GateResult[]; asked: number }> {
  const { data, baseline } = asRun(pairs);
  const decide = (run: RunData): Promise<GateResult[]> =>
    evaluateGates({ data: run, baseline, gates, checkpoint: 0, diagnosis: null, seed: 1 });
  if (!draws) return { results: await decide(data), asked: n };
  const looks = looksFor(n);
  for (let look = 1; ; look++) {
    // The questions are alike: the first are as good as any.
    const asked = drawnBy(n, look, looks);
    const columns = new Map(
      [...data.columns].map(([key, [column = null]]) => [
        key,
        [column === null ? null : subsetColumn(column, (ordinal) => ordinal < asked)],
      ]),
    );
    const results = await decide({ ...data, columns, manifest: { ...data.manifest, drawing: { looks, done: look } } });
    if (look === looks || results.every(({ isSettled }) => isSettled !== false)) return { results, asked };
  }
}

function dropOf({ before, after }: Pair): number {
  const mean = (column: Pair["before"]): number =>
    column.perSample.reduce((sum, value) => sum + value, 0) / column.perSample.length;
  return mean(before) - mean(after);
}
