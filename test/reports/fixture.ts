import type {
  Cell,
  Comparison,
  MetricRow,
  PairedDifference,
  SampleOutput,
  SampleSource,
  SampleView,
  SliceTable,
} from "../../src/compare/comparison.ts";
import type { Checkpoint } from "../../src/core/checkpoint.ts";
import type { Estimate } from "../../src/core/estimate.ts";
import { figuresOf, learningOf, resourcesOf } from "./fixture-figures.ts";
import { people } from "./fixture-people.ts";
import { gates } from "./fixture-gates.ts";
import { deviation, draw, mean, wilson } from "./fixture-draw.ts";
import { STEPS, training } from "./fixture-training.ts";
import { correctAnswers, referenceTitle, summary, term, titleAnswer } from "./fixture-text.ts";
import { equivalence } from "./fixture-equivalence.ts";
import { loadResult } from "./fixture-load.ts";
import { aboutData } from "./fixture-robustness.ts";

/**
 * A comparison as a fine-tune of a tiny model gives it: eight checkpoints and two variants, two tasks of 400 samples.
 * Losses and scores follow a real run; samples are invented so that their means are those scores.
 */
const BLEU = [10.5, 2.7, 8.8, 13.2, 13.7, 15.7, 13.1, 15.7, 13.5, 12.2];
const ROUGE = [21.8, 11.4, 18.3, 22.4, 22.6, 23.0, 21.4, 22.1, 22.5, 18.9];
const EXACT = [0, 0.5, 2, 4.25, 5, 5.5, 4.75, 5.25, 5, 3];
const ACCURACY = [0, 39.25, 46.5, 53.5, 60.25, 57.5, 54.75, 55.5, 60, 53];
const VALIDATION = [0, 37, 45, 55, 61, 58, 56, 56, 60, 52];
const CHAPTERS = ["Blood", "Circulatory", "Eye", "Infectious", "Injury", "Mental", "Neoplasm", "Respiratory"];
const RARITIES = ["common", "uncommon", "rare"];
export const SAMPLES = 400;

const checkpoints: readonly Checkpoint[] = [
  ...STEPS.map((step) =>
    checkpoint(`checkpoint-${step}`, { step, role: "series", bytes: 5_420_000, format: "onnx-fp32" }),
  ),
  checkpoint("checkpoint-441-int8", { step: 441, role: "variant", bytes: 1_520_000, format: "onnx-int8" }),
  checkpoint("checkpoint-441-pruned50", { step: 441, role: "variant", bytes: 5_420_000, format: "onnx-fp32" }),
];

function checkpoint(name: string, part: Pick<Checkpoint, "step" | "role" | "bytes" | "format">): Checkpoint {
  return {
    id: `tiny-icd/${name}`,
    model: "tiny-icd",
    path: `/runs/tiny-icd/${name}`,
    epoch: (part.step ?? 0) / 63,
    parent: part.role === "variant" ? "tiny-icd/checkpoint-441" : null,
    digest: "0".repeat(64),
    ...part,
  };
}

interface FixtureRow extends MetricRow {
  readonly targets: readonly number[];
}

const rows: readonly FixtureRow[] = [
  row("title", "bleu", { judge: "bleu", targets: BLEU, detectable: 1.9 }),
  row("title", "rougeL", { judge: "rouge", targets: ROUGE, detectable: 1.6 }),
  row("title", "exact_match", { judge: "exact_match", targets: EXACT, detectable: 2.2 }),
  row("chapter", "accuracy", { judge: "accuracy", targets: ACCURACY, detectable: 5.1 }),
  row("chapter@validation", "accuracy", { judge: "accuracy", targets: VALIDATION, detectable: 5.9 }),
];

function row(
  unit: string,
  metric: string,
  part: { judge: string; targets: readonly number[]; detectable: number },
): FixtureRow {
  return {
    key: `${unit}/${metric}`,
    task: unit.replace("@validation", ""),
    split: unit.endsWith("@validation") ? "validation" : "test",
    metric,
    signature: `${part.judge}|v1`,
    higherIsBetter: true,
    range: [0, 100],
    unit: "percent",
    ...part,
  };
}

/** Scores of all samples at one checkpoint, with the wanted mean: binary for the metrics that are. */
function sampleScores(metric: FixtureRow, index: number): readonly number[] {
  const target = metric.targets[index] ?? 0;
  const seed = metric.key.length;
  const ease = Array.from({ length: SAMPLES }, (_, i) => 0.72 * draw(seed, i) + 0.28 * draw(seed, i, index));
  if (metric.judge === "accuracy" || metric.judge === "exact_match") {
    const order = ease.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value);
    const right = new Set(order.slice(0, Math.round((target / 100) * SAMPLES)).map(({ i }) => i));
    return ease.map((_, i) => (right.has(i) ? 100 : 0));
  }
  const raw = ease.map((value) => Math.max(0, 1 - value * 1.6) ** 1.5);
  const mean = raw.reduce((sum, value) => sum + value, 0) / SAMPLES;
  return raw.map((value) => Math.min(100, Math.round(((value * target) / mean) * 100) / 100));
}

/** Row key → checkpoint → sample → score. */
const scores = new Map(rows.map((metric) => [metric.key, checkpoints.map((_, index) => sampleScores(metric, index))]));

function score(key: string, index: number, i: number): number {
  return scores.get(key)?.[index]?.[i] ?? 0;
}

function estimateOf(values: readonly number[], value = mean(values)): Estimate {
  const n = values.length;
  if (values.every((item) => item === 0 || item === 100)) return wilson(value / 100, n);
  const half = 1.96 * (deviation(values) / Math.sqrt(n));
  return {
    value,
    n,
    lo: Math.max(0, value - half),
    hi: Math.min(100, value + half),
    method: "bootstrap-percentile-95 (1000, seed 42)",
  };
}

function differenceOf(metric: FixtureRow, index: number): PairedDifference | null {
  const parent = checkpoints[index]?.role === "variant" ? 4 : BASE;
  if (index === parent) return null;
  const changes = Array.from({ length: SAMPLES }, (_, i) => score(metric.key, index, i) - score(metric.key, parent, i));
  const value = (metric.targets[index] ?? 0) - (metric.targets[parent] ?? 0);
  const error = deviation(changes) / Math.sqrt(SAMPLES);
  const z = Math.abs(value) / Math.max(error, 1e-9);
  // Logistic approximation of the normal distribution: close enough to look at.
  const p = Math.min(1, 2 / (1 + Math.exp(1.5976 * z + 0.07056 * z ** 3)));
  const pAdjusted = Math.min(1, p * 36);
  return {
    value,
    n: SAMPLES,
    lo: value - 1.96 * error,
    hi: value + 1.96 * error,
    p,
    pAdjusted,
    test: metric.judge === "accuracy" ? "mcnemar-exact" : "paired-bootstrap (1000, seed 42)",
    significant: pAdjusted < 0.05,
    fixed: changes.filter((change) => change > 0).length,
    broken: changes.filter((change) => change < 0).length,
    same: changes.filter((change) => change === 0).length,
  };
}

/** Index of the checkpoint that differences are taken against. */
const BASE = 4;

function cellsOf(metric: FixtureRow): Cell[] {
  return checkpoints.map((_, index) => ({
    estimate: estimateOf(
      (scores.get(metric.key)?.[index] ?? []).filter((_, i) => !hasFailed(metric.task, index, i)),
      metric.targets[index],
    ),
    failed: Array.from({ length: SAMPLES }).filter((_, i) => hasFailed(metric.task, index, i)).length,
    skipped: 0,
    difference: differenceOf(metric, index),
  }));
}

/** Three requests to checkpoint-63 went wrong. */
function hasFailed(task: string, index: number, i: number): boolean {
  return task === "title" && index === 1 && i % 133 === 7 && i < 399;
}

function sliceValue(field: string, i: number): string {
  if (field === "chapter") return CHAPTERS[Math.floor(draw(11, i) ** 1.7 * CHAPTERS.length)] ?? "";
  return RARITIES[Math.floor(draw(12, i) ** 1.4 * RARITIES.length)] ?? "";
}

function sliceTables(): SliceTable[] {
  return ["title", "chapter"].flatMap((task) =>
    [
      ...RARITIES.map((value) => ["rarity", value] as const),
      ...CHAPTERS.map((value) => ["chapter", value] as const),
    ].map(([field, value]) => {
      const members = Array.from({ length: SAMPLES }, (_, i) => i).filter((i) => sliceValue(field, i) === value);
      const estimates = Object.fromEntries(
        rows
          .filter((metric) => metric.task === task && metric.split === "test")
          .map((metric) => [
            metric.key,
            checkpoints.map((_, index) => {
              const handicap = value === "rare" && metric.judge === "accuracy" ? 0.55 : 1;
              return members.length === 0
                ? null
                : estimateOf(
                    members.map((i) => score(metric.key, index, i)),
                    handicap * mean(members.map((i) => score(metric.key, index, i))),
                  );
            }),
          ]),
      );
      return { task, field, value, n: members.length, estimates };
    }),
  );
}

export const comparison: Comparison = {
  suite: { name: "icd-coding", version: 1, digest: "3f".repeat(32) },
  run: {
    id: "icd-coding-20261124-114810-7f3a",
    folder: "/work-folder/.evalh/runs/icd-coding-20261124-114810-7f3a",
    startedAt: "2026-11-24T11:48:10.000Z",
    state: "complete",
    evalh: "0.1.0",
    host: "build-7",
    backends: ["onnxruntime-node 1.30.0 cpu"],
    seed: 42,
    seconds: 31.4,
  },
  checkpoints,
  base: "tiny-icd/checkpoint-441",
  rows: rows.map(({ targets: _targets, ...metric }) => metric),
  cells: Object.fromEntries(rows.map((metric) => [metric.key, cellsOf(metric)])),
  slices: sliceTables(),
  warnings: [
    { task: "title", checkpoint: "tiny-icd/checkpoint-0", kind: "truncated", count: 61, of: 400 },
    { task: "title", checkpoint: "tiny-icd/checkpoint-63", kind: "truncated", count: 12, of: 397 },
    { task: "title", checkpoint: "tiny-icd/checkpoint-63", kind: "repeats", count: 31, of: 397 },
  ],
  training,
  ship: {
    checkpoint: "tiny-icd/checkpoint-441",
    step: 441,
    metric: "chapter@validation/accuracy",
    equivalent: ["tiny-icd/checkpoint-441", "tiny-icd/checkpoint-504"],
    reasons: ["highest chapter@validation/accuracy of 8 checkpoints over 300 samples"],
  },
  gates,
  learning: learningOf(STEPS.map((step) => `tiny-icd/checkpoint-${step}`)),
  ...aboutData(checkpoints.length),
  resources: resourcesOf(checkpoints.map(({ id }) => id)),
  figures: figuresOf(checkpoints.length, CHAPTERS),
  people,
  load: [loadResult],
  equivalence,
  verdict: { kind: "overfit", since: { lo: 189, hi: 252 } },
  summary,
  alpha: 0.05,
};

function output(task: string, index: number, i: number): SampleOutput {
  const isTitle = task === "title";
  const failed = hasFailed(task, index, i);
  const keys = rows.filter((metric) => metric.task === task && metric.split === "test");
  const rouge = score("title/rougeL", index, i);
  return {
    text: failed
      ? ""
      : isTitle
        ? titleAnswer(i, rouge, index)
        : correctAnswers(score("chapter/accuracy", index, i) > 0, sliceValue("chapter", i), CHAPTERS, i + index),
    finish: isTitle ? (index === 0 && i % 7 === 0 ? "length" : "stop") : "scored",
    tokens: isTitle ? 6 + Math.floor(draw(8, i, index) * 22) : null,
    ms: Math.round(4 + draw(9, i, index) * 30),
    notes: isTitle ? [] : ["read as Infectious"],
    error: failed ? { code: "E_BACKEND", message: "the server closed the connection" } : null,
    scores: Object.fromEntries(keys.map(({ key, metric }) => [metric, failed ? null : score(key, index, i)])),
  };
}

export function sample(task: string, i: number): SampleView {
  return {
    task,
    id: `t-${String(i + 1).padStart(4, "0")}`,
    ordinal: i,
    prompt: `term: ${term(i)}\n${task}:`,
    references: [task === "title" ? referenceTitle(i) : sliceValue("chapter", i)],
    slices: { rarity: sliceValue("rarity", i), chapter: sliceValue("chapter", i) },
    outputs: checkpoints.map((_, index) => output(task, index, i)),
  };
}

export const samples: SampleSource = {
  async *samples() {
    for (const task of ["title", "chapter"]) {
      for (let i = 0; i < SAMPLES; i++) yield sample(task, i);
    }
  },
};

/** The same comparison as of a run four times as large, as far as anybody knows before reading its samples. */
export const largeComparison: Comparison = {
  ...comparison,
  cells: Object.fromEntries(
    Object.entries(comparison.cells).map(([key, cells]) => [
      key,
      cells.map((cell) => ({ ...cell, estimate: cell.estimate && { ...cell.estimate, n: 4 * cell.estimate.n } })),
    ]),
  ),
};
