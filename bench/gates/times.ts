import { decideNoninferior, decideRegression } from "../../src/compare/gate/paired-gate.ts";
import { timesEvidence } from "../../src/compare/gate/times-evidence.ts";
import { numpyMt19937, type Mt19937 } from "../../src/stats/mt19937.ts";
import { normalQuantile } from "../../src/stats/normal.ts";
import { wilson } from "../../src/stats/proportion.ts";
import type { Gate } from "../../src/suite/suite.ts";
import { gate } from "./models.ts";

/** How the times of neighbours lean on each other. */
type Leaning = "none" | "each on the one before" | "batches of 16";

export interface TimesScenario {
  readonly name: string;
  readonly n: number;
  readonly gate: Gate;
  /** True rise in percent; "detectable": what the gate itself prints, on average over 200 unchanged pairs. */
  readonly rise: number | "detectable";
  readonly leaning: Leaning;
  /** Runs of the baseline, where more than one; each run is then faster or slower as a whole, by 5 % (log-normal). */
  readonly runs?: number;
  /** Percent of pairs on which the gate may fail (a noninferiority gate pass) at most, or must fail at least. */
  readonly most?: number;
  readonly least?: number;
}

export interface TimesCounted {
  readonly scenario: string;
  readonly n: number;
  readonly leaning: Leaning;
  readonly runs: number;
  readonly true_rise: number;
  readonly fail: number;
  readonly fail_interval: readonly number[];
  readonly inconclusive: number;
  readonly pass: number;
  readonly pass_interval: readonly number[];
  readonly bar: string;
}

const median = (part: Partial<Gate>): Gate => gate(0, { metric: "latency", maxDrop: 0, relative: true, ...part });
const tail = (part: Partial<Gate>): Gate => median({ metric: "latency_p95", ...part });

export const timesScenarios: readonly TimesScenario[] = [
  { name: "unchanged, latency", n: 500, gate: median({}), rise: 0, leaning: "none", most: 5 },
  { name: "unchanged, latency, 10 % limit", n: 500, gate: median({ maxDrop: 10 }), rise: 0, leaning: "none", most: 5 },
  { name: "unchanged, latency", n: 2000, gate: median({}), rise: 0, leaning: "each on the one before", most: 5 },
  { name: "unchanged, latency", n: 2000, gate: median({}), rise: 0, leaning: "batches of 16", most: 5 },
  { name: "unchanged, latency_p95", n: 500, gate: tail({}), rise: 0, leaning: "none", most: 5 },
  { name: "unchanged, latency_p95", n: 2000, gate: tail({}), rise: 0, leaning: "batches of 16", most: 5 },
  {
    name: "unchanged, runs differ by 5 %, latency",
    n: 500,
    gate: median({}),
    rise: 0,
    leaning: "none",
    runs: 5,
    most: 5,
  },
  { name: "unchanged, runs differ by 5 %, latency", n: 500, gate: median({}), rise: 0, leaning: "none", runs: 1 },
  {
    name: "unchanged, runs differ by 5 %, latency, 10 % limit",
    n: 500,
    gate: median({ maxDrop: 10 }),
    rise: 0,
    leaning: "none",
    runs: 1,
  },
  {
    name: "slower by the printed difference, latency",
    n: 500,
    gate: median({}),
    rise: "detectable",
    leaning: "none",
    least: 80,
  },
  {
    name: "slower by the printed difference, latency",
    n: 2000,
    gate: median({}),
    rise: "detectable",
    leaning: "batches of 16",
    least: 80,
  },
  {
    name: "slower by the printed difference, latency_p95",
    n: 500,
    gate: tail({}),
    rise: "detectable",
    leaning: "none",
    least: 80,
  },
  {
    name: "noninferior, slower by exactly the margin, latency",
    n: 500,
    gate: median({ mode: "noninferior", maxDrop: 10 }),
    rise: 10,
    leaning: "none",
    most: 5,
  },
];

/** Log-normal times: questions spread by e^0.8, answers to one of them by e^0.3, runs by e^0.05 where there are several. */
const SPREAD = { question: 0.8, answer: 0.3, run: 0.05 };
/** Correlation of an answer's noise with that of the one before it. */
const LEANING = 0.8;

function normal(random: Mt19937): number {
  return normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, random.double())));
}

function drawRun(
  random: Mt19937,
  questions: Float64Array,
  { leaning, runs }: Pick<TimesScenario, "leaning" | "runs">,
): Float64Array {
  const level = runs === undefined ? 0 : SPREAD.run * normal(random);
  let noise = normal(random);
  return questions.map((question, i) => {
    if (leaning === "none" || (leaning === "batches of 16" && i % 16 === 0)) noise = normal(random);
    if (leaning === "each on the one before") {
      noise = LEANING * noise + Math.sqrt(1 - LEANING ** 2) * normal(random);
    }
    return Math.exp(question + level + SPREAD.answer * noise);
  });
}

type Evidence = ReturnType<typeof timesEvidence>;

function evidenceOf(random: Mt19937, scenario: TimesScenario, rise: number): Evidence {
  const questions = Float64Array.from({ length: scenario.n }, () => 6 + SPREAD.question * normal(random));
  const before = Array.from({ length: scenario.runs ?? 1 }, () => drawRun(random, questions, scenario));
  const head = drawRun(random, questions, scenario).map((ms) => ms * (1 + rise / 100));
  return timesEvidence({ gate: scenario.gate, alpha: scenario.gate.alpha, seed: 1, head, before });
}

/** The percentage that the gate's reason names. */
function printed({ change = "" }: Evidence): number {
  return Number(/where \+([\d.]+) % would show/.exec(change)?.[1] ?? Number.NaN);
}

/** How often a gate on times fails, by simulation of so many pairs of runs. */
export function simulateTimes(scenario: TimesScenario, pairs: number, seed: number): TimesCounted {
  const random = numpyMt19937(seed);
  const pilot = Array.from({ length: 200 }, () =>
    scenario.rise === "detectable" ? printed(evidenceOf(random, scenario, 0)) : 0,
  );
  const rise =
    scenario.rise === "detectable" ? pilot.reduce((sum, each) => sum + each, 0) / pilot.length : scenario.rise;
  const counts = { fail: 0, inconclusive: 0, pass: 0 };
  for (let pair = 0; pair < pairs; pair++) {
    const evidence = evidenceOf(random, scenario, rise);
    const options = { gate: scenario.gate, unit: "number", pAdjusted: evidence.p, family: 1 } as const;
    const decide = scenario.gate.mode === "noninferior" ? decideNoninferior : decideRegression;
    counts[decide(evidence, options).outcome]++;
  }
  const rounded = (x: number): number => Math.round(x * 10) / 10;
  const interval = (count: number): number[] => wilson(count / pairs, pairs, { level: 0.95, scale: 100 }).map(rounded);
  const percent = (count: number): number => rounded((100 * count) / pairs);
  return {
    scenario: scenario.name,
    n: scenario.n,
    leaning: scenario.leaning,
    runs: scenario.runs ?? 1,
    true_rise: rounded(rise),
    fail: percent(counts.fail),
    fail_interval: interval(counts.fail),
    inconclusive: percent(counts.inconclusive),
    pass: percent(counts.pass),
    pass_interval: interval(counts.pass),
    bar: barOf(scenario),
  };
}

function barOf({ most, least, gate: { mode } }: TimesScenario): string {
  if (least !== undefined) return `≥ ${least}`;
  if (most === undefined) return "";
  return mode === "noninferior" ? `pass ≤ ${most}` : `≤ ${most}`;
}

/** True where what was counted lies beyond the scenario's bar, and not by chance. */
export function missesTimes({ most, least, gate: { mode } }: TimesScenario, counted: TimesCounted): boolean {
  const [lo = 0, hi = 100] = mode === "noninferior" ? counted.pass_interval : counted.fail_interval;
  return lo > (most ?? 100) || hi < (least ?? 0);
}
