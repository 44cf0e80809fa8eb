import type { Estimate } from "../core/estimate.ts";
import { meanInterval, moments } from "../stats/mean.ts";
import { wilson } from "../stats/proportion.ts";
import type { UnitInfo } from "../run/store/records.ts";
import { packAnswers, type PackedAnswer } from "./packed-answers.ts";
import type { RunData } from "./run-data.ts";
import { unitKey } from "./shard-scan.ts";
import { readSpeeds, type TaskSpeed } from "./task-speed.ts";

/** Whether a checkpoint answers as another does from which it was made, and how fast: an export, a quantised version. */
export interface Equivalence {
  /** Id of the variant, or of the second of a pair. */
  readonly checkpoint: string;
  /** Id of its parent, or of the first. */
  readonly base: string;
  /** Backend and version of each. */
  readonly backends: { readonly base: string | null; readonly checkpoint: string | null };
  readonly tasks: readonly TaskAgreement[];
}

/** One task's answers, side by side. */
export interface TaskAgreement {
  readonly task: string;
  /** What is the same or not: whole texts, or the likeliest choice. */
  readonly unit: "text" | "choice";
  /** Percent of the samples that both answered with the same answer. Null where none was answered by both. */
  readonly same: Estimate | null;
  /** For choices: percent that would agree if each kept its own frequencies and chose at random. */
  readonly chance: number | null;
  /**
   * For choices: mean of KL(base ‖ checkpoint) over the samples, in nats, both renormalised over the choices (Kullback
   * and Leibler 1951).
   */
  readonly divergence: Estimate | null;
  /** Absolute difference of log-probabilities a token, in nats: of choices, and of the tokens of equal texts. */
  readonly gap: { readonly mean: number; readonly largest: number; readonly n: number } | null;
  /** True if the answers have no more in common than those of two unrelated models. */
  readonly unrelated: boolean;
  readonly speed: { readonly base: TaskSpeed | null; readonly checkpoint: TaskSpeed | null };
}

/** A checkpoint of a run, its tasks as the comparison knows them. */
export interface EquivalenceSide {
  readonly data: RunData;
  /** Id in its own run. */
  readonly checkpoint: string;
  /** Id in the comparison. */
  readonly shown: string;
}

/** Fewer samples than that do not show that two models are unrelated. */
const FEW = 10;
/** Where chance alone agrees more often than this, agreement shows nothing. */
const MOST_CHANCE = 80;
const LEVEL = 0.95;

/** Every variant of a run beside its parent. */
export async function variantEquivalence(data: RunData): Promise<Equivalence[]> {
  const found: Equivalence[] = [];
  for (const { id, parent } of data.checkpoints) {
    if (parent === null || !data.checkpoints.some((each) => each.id === parent)) continue;
    const side = (checkpoint: string): EquivalenceSide => ({ data, checkpoint, shown: checkpoint });
    found.push(await equivalenceOf(side(parent), side(id)));
  }
  return found;
}

/** Two checkpoints side by side, over the test samples of the first's tasks. Reads each one's answers once. */
export async function equivalenceOf(base: EquivalenceSide, head: EquivalenceSide): Promise<Equivalence> {
  const units = base.data.manifest.units.filter(({ split }) => split === "test");
  const [left, right] = [
    await packAnswers(base.data.folder, base.checkpoint, units),
    await packAnswers(head.data.folder, head.checkpoint, units),
  ];
  const speeds = [await readSpeeds(base.data.folder), await readSpeeds(head.data.folder)] as const;
  return {
    checkpoint: head.shown,
    base: base.shown,
    backends: {
      base: base.data.manifest.backends[base.checkpoint] ?? null,
      checkpoint: head.data.manifest.backends[head.checkpoint] ?? null,
    },
    tasks: units.map((unit) => ({
      // A total is text of ours, no answer.
      ...(unit.kind === "total"
        ? agreementOf(unit, [], [])
        : agreementOf(unit, left.get(unitKey(unit)) ?? [], right.get(unitKey(unit)) ?? [])),
      speed: {
        base: speeds[0].get(base.checkpoint)?.get(unitKey(unit)) ?? null,
        checkpoint: speeds[1].get(head.checkpoint)?.get(unitKey(unit)) ?? null,
      },
    })),
  };
}

type Answers = readonly (PackedAnswer | undefined)[];

/** How much two lists of answers, by slot, have in common. */
export function agreementOf(unit: Pick<UnitInfo, "task">, left: Answers, right: Answers): Omit<TaskAgreement, "speed"> {
  const pairs = left.flatMap((a, slot) => {
    const b = right[slot];
    return a === undefined || b === undefined ? [] : [[a, b] as const];
  });
  const isChoice = pairs.some(([{ choices }]) => choices !== null && choices.length > 1);
  const equal = pairs.filter(([a, b]) => a.answer === b.answer).length;
  const same = pairs.length === 0 ? null : share(equal, pairs.length);
  const chance = isChoice ? chanceOf(pairs) : null;
  const diverging = pairs.flatMap(([a, b]) => klDivergence(a.choices, b.choices) ?? []);
  const gaps = pairs.flatMap(([a, b]) =>
    a.answer === b.answer || a.choices !== null ? gapsOf(a.logprobs, b.logprobs) : [],
  );
  return {
    task: unit.task,
    unit: isChoice ? "choice" : "text",
    same,
    chance,
    divergence: diverging.length === 0 ? null : meanOf(diverging),
    gap: gaps.length === 0 ? null : { mean: moments(gaps).mean, largest: largest(gaps), n: gaps.length },
    unrelated: isUnrelated(same, chance, pairs),
  };
}

type Pairs = readonly (readonly [PackedAnswer, PackedAnswer])[];

function share(count: number, n: number): Estimate {
  const [lo, hi] = wilson(count / n, n, { level: LEVEL, scale: 100 });
  return { value: (count / n) * 100, n, lo, hi, method: "wilson-95" };
}

function meanOf(values: readonly number[]): Estimate {
  const { n, mean, sd } = moments(values);
  if (n < 2) return { value: mean, n, lo: 0, hi: Infinity, method: "none, n = 1" };
  const [lo, hi] = meanInterval(mean, sd / Math.sqrt(n), { df: n - 1, level: LEVEL });
  // A divergence is never below 0.
  return { value: mean, n, lo: Math.max(0, lo), hi, method: "t-95" };
}

/** Agreement expected of two that choose at random by their own frequencies, as in Cohen's kappa (1960). */
function chanceOf(pairs: Pairs): number {
  const counts = new Map<number, [number, number]>();
  for (const pair of pairs) {
    for (const side of [0, 1] as const) {
      const count = counts.get(pair[side].answer) ?? [0, 0];
      count[side]++;
      counts.set(pair[side].answer, count);
    }
  }
  let sum = 0;
  for (const [a, b] of counts.values()) sum += a * b;
  return (sum / pairs.length ** 2) * 100;
}

function isUnrelated(same: Estimate | null, chance: number | null, pairs: Pairs): boolean {
  if (same === null || same.n < FEW) return false;
  if (chance !== null) return chance <= MOST_CHANCE && same.lo <= chance;
  // A task that only scores given texts has nothing to agree on; the gap tells.
  return pairs.every(([{ choices }]) => choices === null) && same.value === 0;
}

/** KL(a ‖ b) of two distributions over the same choices, given by log-probabilities; null for less than two. */
function klDivergence(a: Float64Array | null, b: Float64Array | null): number | null {
  if (a === null || b === null || a.length < 2 || a.length !== b.length) return null;
  const [p, q] = [normalised(a), normalised(b)];
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const log = p[i] as number;
    if (log > -Infinity) sum += Math.exp(log) * (log - (q[i] as number));
  }
  return Math.max(0, sum);
}

function normalised(logprobs: Float64Array): Float64Array {
  const top = largest(logprobs);
  let sum = 0;
  for (const value of logprobs) sum += Math.exp(value - top);
  const total = top + Math.log(sum);
  return logprobs.map((value) => value - total);
}

function gapsOf(a: Float64Array | null, b: Float64Array | null): number[] {
  if (a === null || b === null || a.length !== b.length) return [];
  return [...a].flatMap((value, i) => {
    const gap = Math.abs(value - (b[i] as number));
    return Number.isFinite(gap) ? [gap] : [];
  });
}

function largest(values: ArrayLike<number>): number {
  let top = -Infinity;
  for (let i = 0; i < values.length; i++) top = Math.max(top, values[i] as number);
  return top;
}
