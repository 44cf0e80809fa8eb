import type {
  Cell,
  Comparison,
  MetricRow,
  SampleOutput,
  SampleSource,
  SampleView,
} from "../../src/compare/comparison.ts";
import type { Checkpoint } from "../../src/core/checkpoint.ts";

export interface Size {
  readonly samples: number;
  readonly checkpoints: number;
  /** Characters of an answer, about. */
  readonly characters: number;
}

/** A comparison whose samples are made as they are read: nothing of them is held. */
export function generated(size: Size): { readonly comparison: Comparison; readonly samples: SampleSource } {
  const checkpoints = Array.from({ length: size.checkpoints }, (_, order) => checkpoint(order));
  const rows = [row("accuracy"), row("rougeL")];
  const cells = checkpoints.map((): Cell => {
    const estimate = { value: 50, n: size.samples, lo: 49.7, hi: 50.3, method: "normal-95" };
    return { estimate, failed: 0, skipped: 0, difference: null };
  });
  const base = checkpoints.at(-2)?.id ?? "";
  return {
    comparison: {
      suite: { name: "generated", version: 1, digest: "" },
      run: {
        id: "generated",
        folder: "",
        startedAt: "",
        state: "complete",
        evalh: "0.0.0",
        host: "",
        backends: [],
        seed: 1,
        seconds: 1,
      },
      checkpoints,
      base,
      rows,
      cells: Object.fromEntries(rows.map(({ key }) => [key, cells])),
      slices: [],
      warnings: [],
      training: null,
      ship: null,
      gates: [],
      learning: { trajectories: [], forgetting: [], gaps: [], memorisation: null, diagnostics: [], ids: {} },
      dataChecks: [],
      robustness: null,
      resources: null,
      figures: [],
      people: [],
      load: [],
      equivalence: [],
      verdict: { kind: "pass" },
      summary: ["A generated comparison."],
      alpha: 0.05,
    },
    samples: {
      async *samples() {
        const random = generator(1);
        const words = Array.from({ length: 20_000 }, () => word(random));
        for (let i = 0; i < size.samples; i++) yield sample(i, { size, random, words });
      },
    },
  };
}

function checkpoint(order: number): Checkpoint {
  const step = (order + 1) * 500;
  return {
    id: `model/checkpoint-${step}`,
    model: "model",
    path: "",
    step,
    epoch: null,
    role: "series",
    parent: null,
    format: "served",
    bytes: null,
    digest: null,
  };
}

function row(metric: string): MetricRow {
  return {
    key: `answers/${metric}`,
    task: "answers",
    split: "test",
    judge: metric,
    metric,
    signature: "",
    higherIsBetter: true,
    range: [0, 100],
    unit: "percent",
    detectable: 0.3,
  };
}

/** Uniform numbers in [0, 1) (mulberry32, T. Ettinger 2017, public domain). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function word(random: () => number): string {
  const letters = "etaoinshrdlucmfwypvbgkqjxz";
  const length = 2 + Math.floor(random() * 9);
  return Array.from({ length }, () => letters[Math.floor(random() ** 2 * letters.length)]).join("");
}

interface Making {
  readonly size: Size;
  readonly random: () => number;
  readonly words: readonly string[];
}

function sample(i: number, making: Making): SampleView {
  const { size, random } = making;
  const reference = sentence(size.characters, making);
  return {
    task: "answers",
    id: `q${i}`,
    ordinal: i,
    prompt: `Answer in one sentence.\nquestion: ${sentence(160, making)}\nanswer:`,
    references: [reference],
    slices: { length: random() < 0.3 ? "long" : "short", topic: `topic ${Math.floor(random() * 12)}` },
    outputs: Array.from({ length: size.checkpoints }, () => output(reference, making)),
  };
}

/** An answer that keeps some of the reference and rewrites the rest, as neighbouring checkpoints do. */
function output(reference: string, making: Making): SampleOutput {
  const { random } = making;
  const keep = random();
  const text = reference
    .split(" ")
    .map((known) => (random() < keep ? known : pick(making)))
    .join(" ");
  return {
    text,
    finish: "stop",
    tokens: Math.round(text.length / 4),
    ms: Math.round(random() * 900),
    error: null,
    scores: { accuracy: keep > 0.5 ? 100 : 0, rougeL: Math.round(keep * 1e6) / 1e4 },
  };
}

function sentence(characters: number, making: Making): string {
  let text = pick(making);
  while (text.length < characters) text += ` ${pick(making)}`;
  return text;
}

/** Frequent words come often, as in a language. */
function pick({ random, words }: Making): string {
  return words[Math.floor(random() ** 3 * words.length)] ?? "";
}
