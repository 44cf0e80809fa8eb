import type { JsonObject } from "../../core/json.ts";
import type { ImportedTask } from "./imported.ts";
import type { ScoreShape } from "./score-shape.ts";

export interface Totals {
  /** Of the task. */
  readonly name: string;
  /** Metric → value, as the program gave it. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Over how many samples; null if that is not known. */
  readonly of: number | null;
  readonly seconds?: number | null;
}

/** Scores of all samples at once, for programs that keep none of the single ones: a task of one sample, "all". */
export function totalTask({ name, metrics, of, seconds = null }: Totals): ImportedTask {
  const scores = Object.fromEntries(Object.entries(metrics).toSorted(([a], [b]) => rank(a) - rank(b)));
  const prompt = of === null ? `All samples of ${name}.` : `The ${of} samples of ${name}.`;
  const output = Object.entries(scores)
    .map(([metric, value]) => `${metric} ${value}`)
    .join("\n");
  return {
    name,
    kind: "total",
    version: "",
    higherIsBetter: Object.fromEntries(Object.keys(scores).map((metric) => [metric, !LOWER.test(metric)])),
    samples: [{ id: "all", prompt, references: [], columns: {}, answers: [{ output, finish: "unknown", scores }] }],
    of,
    ...(seconds === null || of === null ? {} : { speed: { seconds, samples: of } }),
  };
}

const LOWER = /(?:^|[_/])(?:\w*loss|perplexity|ppl|[wct]er|mae|mse|rmse|errors?|err)$/iu;
/** Scores from 0 to 1, or to 100. */
const BOUNDED =
  /(?:^|[_/])(?:accuracy|acc|exact|exact_match|em|f1|precision|recall|rouge\w*|\w*bleu|chrf|meteor)(?:_|$)/iu;
/** Those among them that are a mean of the samples' scores, so that their number tells the error. */
const MEANS = /(?:^|[_/])(?:accuracy|acc|acc_norm|exact|exact_match|em|rouge\w*)$/iu;

/** What the Trainer and others log about the clock and the memory beside their scores. */
const NO_SCORE =
  /(?:^|[_/])(?:runtime|samples|samples_per_second|steps_per_second|jit_compilation_time|model_preparation_time|global_step|step|epoch|(?:init_)?mem_\w+)$/u;

/**
 * Whether a number is a score.
 * @param about.isNamed true where it is said to be of an evaluation; otherwise only scores of known names are
 */
export function isScore(metric: string, { isNamed }: { readonly isNamed: boolean }): boolean {
  if (NO_SCORE.test(metric)) return false;
  return isNamed || (BOUNDED.test(metric) && !metric.startsWith("train"));
}

/** The first metric chooses the checkpoint, unless the user says which: a task's own score before losses and lengths. */
function rank(metric: string): number {
  if (BOUNDED.test(metric)) return 0;
  return LOWER.test(metric) ? 2 : 1;
}

/** How the totals of a task are read back, from their names and their values over all checkpoints. */
export function totalShapes(tasks: readonly ImportedTask[]): ScoreShape[] {
  const values = new Map<string, number[]>();
  for (const { scores } of tasks.flatMap(({ samples }) => samples.flatMap(({ answers }) => answers))) {
    for (const [name, value] of Object.entries(scores)) values.set(name, [...(values.get(name) ?? []), value]);
  }
  const counts = new Set(tasks.map(({ of = null }) => of));
  const [of = null] = counts.size === 1 ? counts : [];
  // SQuAD's F1 is a mean over questions; that of classes is none.
  const isMean = (name: string): boolean => MEANS.test(name) || (name === "f1" && values.has("exact_match"));
  return [...values].map(([name, all]) => {
    const isBounded = BOUNDED.test(name) && all.every((value) => value >= 0 && value <= 100);
    const unit: JsonObject = !isBounded
      ? { unit: "number" }
      : all.every((value) => value <= 1)
        ? {}
        : { unit: "number", range: [0, 100] };
    const lower = tasks.some(({ higherIsBetter }) => higherIsBetter[name] === false) ? { higher_is_better: false } : {};
    return { name, options: { ...unit, ...lower, samples: isBounded && isMean(name) ? (of ?? 0) : 0 } };
  });
}
