import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { parseGpuCsv, parseProcessCsv } from "../../gpu/nvidia-smi-csv.ts";
import { parseNvidiaSmiTable } from "../../gpu/nvidia-smi-table.ts";
import { parseNvidiaSmiXml } from "../../gpu/nvidia-smi-xml.ts";
import { compilePattern } from "../../judges/answers/pattern.ts";
import { parseFilter } from "../../reports/filter-query.ts";
import { openBaseline, parseBaseline } from "../../src/compare/baseline/baseline-file.ts";
import { packStats } from "../../src/compare/baseline/packed-stats.ts";
import { EvalhError } from "../../src/core/errors.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { openDataset } from "../../src/dataset/index.ts";
import { formats, type FormatName } from "../../src/human/format/index.ts";
import { readResults } from "../../src/run/import/find-results.ts";
import { decodeLine, encodeLine } from "../../src/run/store/checked-line.ts";
import { parseGateFlags } from "../../src/suite/gate-flag.ts";
import { importTask } from "../../src/suite/lm-eval/import-task.ts";
import { loadSuite } from "../../src/suite/load.ts";
import { compilePrompt } from "../../src/suite/prompt.ts";
import { discoverCheckpoints, readTrainingLog } from "../../src/training/index.ts";
import { safetensors } from "../training/checkpoint-files.ts";

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** A parser with files that it reads well. It may refuse what was made of them, but only in words for the user. */
export interface FuzzTarget {
  readonly name: string;
  readonly seeds: () => readonly Buffer[];
  readonly read: (bytes: Buffer) => unknown;
  /** Whether an error is one that the parser's callers turn into words. */
  readonly isExpected?: (error: unknown) => boolean;
}

export function isClear(error: unknown): boolean {
  return error instanceof EvalhError;
}

const lmEvalData = join(fixtures, "lm-eval/data");

const text = (bytes: Buffer): string => bytes.toString("utf8");
const one = (content: string | Buffer) => (): Buffer[] => [Buffer.from(content)];

/** Files below a folder of fixtures whose path matches, at most eight and none large. */
function filesIn(folder: string, pattern: RegExp): () => Buffer[] {
  return () =>
    readdirSync(join(fixtures, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => pattern.test(name))
      .toSorted()
      .slice(0, 8)
      .map((name) => readFileSync(join(fixtures, folder, name)))
      .filter(({ length }) => length < 400_000);
}

/** Reads the bytes from a file of that name in a folder of their own. */
function inFile(name: string, read: (path: string, folder: string) => Promise<unknown>) {
  return async (bytes: Buffer): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), "evalh-fuzz-"));
    try {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
      await read(join(folder, name), folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

async function everyRow(path: string): Promise<void> {
  for await (const row of openDataset({ path }))
    if (row.columns === undefined) throw new TypeError("a row has no columns");
}

const dataset = (name: string, pattern: RegExp): FuzzTarget => ({
  name: `dataset ${name}`,
  seeds: filesIn("datasets", pattern),
  read: inFile(`data.${name}`, everyRow),
});

const log = (name: string, file: string, seeds: () => readonly Buffer[]): FuzzTarget => ({
  name: `training log ${name}`,
  seeds,
  read: inFile(file, readTrainingLog),
});

const checkpoint = (name: string, file: string, seeds: () => readonly Buffer[]): FuzzTarget => ({
  name: `checkpoint ${name}`,
  seeds,
  read: inFile(file, (_, folder) => discoverCheckpoints(folder)),
});

const results = (name: string, file: string, seeds: () => readonly Buffer[]): FuzzTarget => ({
  name: `results of ${name}`,
  seeds,
  read: inFile(file, (path) => readResults([path], null)),
});

const answered = (name: string, file: string, pattern: RegExp): FuzzTarget => ({
  name: `predictions of HF Trainer, ${name}`,
  seeds: filesIn("interop/hf-trainer", pattern),
  read: inFile(file, (path) => {
    const rows = join(fixtures, "interop/hf-trainer", name === "lines" ? "summaries" : name, "test.jsonl");
    return readResults([path], null, { path: rows, referenceColumn: null, inputColumn: null, judges: null });
  }),
});

const answers = (name: FormatName, seed: string): FuzzTarget => ({
  name: `people's answers ${name}`,
  seeds: one(seed),
  read: async (bytes) => {
    for (const form of ["pairwise", "rating", "correct"] as const)
      await formats[name]().then((f) => f.read(text(bytes), form));
  },
  // The import puts the file and the format around these.
  isExpected: (error) => error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError),
});

const wandb = filesIn("training", /\.wandb$/u);

function gguf(): Buffer[] {
  const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
  const u64 = (value: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
  const named = (value: string): Buffer => Buffer.concat([u64(value.length), Buffer.from(value)]);
  const type = Buffer.concat([named("general.file_type"), u32(4), u32(7)]);
  const tensor = Buffer.concat([named("w"), u32(2), u64(32), u64(2), u32(8), u64(0)]);
  return [Buffer.concat([Buffer.from("GGUF"), u32(3), u64(1), u64(1), type, tensor, Buffer.alloc(160)])];
}

const TEMPLATES = [
  "{{ term }}: {% for each in list %}{{ loop.index }} {{ each|upper }}{% if not loop.last %}, {% endif %}{% endfor %}",
  "{% set x = namespace(n=0) %}{% for i in range(3) %}{% set x.n = x.n + i %}{% endfor %}{{ x.n }} {{ term|trim|length }}",
  "{%- macro m(a, b=2) -%}{{ a ~ b }}{%- endmacro -%}{{ m(term) }} {{ list|join('-') }} {{ list[0:2]|tojson }} {# c #}",
].map((each) => Buffer.from(each));

const PATTERNS = [
  "(a+)+$",
  "^\\s*(?:answer|final)\\s*[:=]\\s*([A-D])\\b",
  "[\\p{L}\\d]{2,5}(?<x>y|z)*?$",
  "(?=a)b|\\u{1F600}",
];

const gateNames = {
  hasLog: true,
  slices: new Map([["title", ["rarity"]]]),
  perturbations: new Map<string, string[]>(),
  metrics: new Map([["title", { names: new Set(["bleu"]), areAll: true }]]),
  alpha: 0.05,
};

const BASELINE = JSON.stringify({
  format: "evalh-baseline/1",
  suite: { name: "s", version: 1, digest: "d" },
  run: { id: "r", started_at: "2026-01-01T00:00:00Z", evalh: "0.1.0" },
  checkpoint: { id: "m/c", step: 1, epoch: null, format: "onnx", digest: null },
  estimates: {},
  units: [
    {
      task: "t",
      split: "test",
      kind: "generate",
      n: 3,
      repeats: 1,
      digest: "d",
      slices: [],
      choices: null,
      judges: [
        {
          name: "bleu",
          module: "bleu",
          options: {},
          version: "1",
          signature: "b",
          stats: packStats([null, null, null]),
        },
      ],
    },
  ],
  measured: {
    conditions: { machine: "m", backend: "b", concurrency: "1" },
    runs: [{ id: "r", started_at: "", memory: 1, energy: null, answers: { t: packStats([1.5, true, null]) } }],
  },
  accepted: [{ at: "2026-01-01T00:00:00Z", run: "r", reason: "why", worse: [] }],
});

export const targets: readonly FuzzTarget[] = [
  { name: "suite", seeds: filesIn("suites", /\.ya?ml$/u), read: inFile("suite.yaml", (path) => loadSuite(path)) },
  {
    name: "gate of the command line",
    seeds: one("title/bleu mode=noninferior max_drop=1 slice=rarity=rare"),
    read: (bytes) => parseGateFlags([text(bytes)], gateNames),
  },
  dataset("jsonl", /\.jsonl$/u),
  dataset("json", /\.json$/u),
  dataset("csv", /\.[ct]sv$/u),
  { name: "dataset arrow", seeds: filesIn("huggingface", /\.arrow$/u), read: inFile("data.arrow", everyRow) },
  {
    name: "folder of save_to_disk",
    seeds: filesIn("huggingface", /sharded.state\.json$/u),
    read: inFile("state.json", (_, folder) => everyRow(folder)),
  },
  {
    name: "task of lm-evaluation-harness",
    seeds: filesIn("lm-eval", /(?:generate|choice|letters)\.yaml$/u),
    read: inFile("task.yaml", (path) => importTask(path, { data: lmEvalData })),
  },
  dataset("parquet", /\.parquet$/u),
  log("tfevents", "events.out.tfevents.1", filesIn("training/hf", /tfevents/u)),
  log("wandb", "run-1.wandb", wandb),
  log("trainer_state.json", "trainer_state.json", filesIn("training/hf", /trainer_state\.json$/u)),
  log("jsonl", "log.jsonl", filesIn("training/hf", /train_log\.jsonl$/u)),
  log("csv", "metrics.csv", filesIn("training", /\.csv$/u)),
  log("console", "train.log", filesIn("training", /\.(log|txt)$/u)),
  checkpoint("safetensors", "checkpoint-1/model.safetensors", () => [
    safetensors("hf/underfit", "checkpoint-160").subarray(0, 40_000),
  ]),
  checkpoint("gguf", "model-1.gguf", gguf),
  checkpoint(
    "trainer_state.json",
    "checkpoint-1/trainer_state.json",
    filesIn("training/hf", /checkpoint-\d+.trainer_state/u),
  ),
  checkpoint("pt", "epoch-1.pt", one("PK\u0003\u0004 x PK\u0005\u0006")),
  {
    name: "nvidia-smi XML",
    seeds: filesIn("nvidia-smi", /\.xml$/u),
    read: (bytes) => parseNvidiaSmiXml(text(bytes)),
    isExpected: isSyntax,
  },
  {
    name: "nvidia-smi CSV and tables",
    seeds: filesIn("nvidia-smi", /\.(csv|txt)$/u),
    read: (bytes) => [parseGpuCsv(text(bytes)), parseProcessCsv(text(bytes)), parseNvidiaSmiTable(text(bytes))],
    isExpected: isSyntax,
  },
  results("lm-eval", "results_1.json", filesIn("interop/lm-eval", /results_.*\.json$/u)),
  results("inspect (JSON)", "log.json", filesIn("interop/inspect", /\.json$/u)),
  results("inspect (archive)", "log.eval", filesIn("interop/inspect", /\.eval$/u)),
  results("W&B", "x.table.json", filesIn("interop/wandb", /\.json$/u)),
  results("W&B (CSV)", "runs.csv", filesIn("interop/wandb-runs", /\.csv$/u)),
  results("W&B (a run's file)", "run.wandb", filesIn("interop/wandb-runs", /\.wandb$/u)),
  results("HF Trainer (results)", "all_results.json", filesIn("interop/hf-trainer", /all_results\.json$/u)),
  results("HF Trainer (state)", "trainer_state.json", filesIn("interop/hf-trainer", /trainer_state\.json$/u)),
  answered("lines", "generated_predictions.txt", /generated_predictions\.txt$/u),
  answered("labels", "predict_results_boxes.txt", /predict_results_boxes\.txt$/u),
  answered("spans", "predict_predictions.json", /predict_predictions\.json$/u),
  results("promptfoo", "output.json", filesIn("interop/promptfoo", /\.json$/u)),
  answers(
    "label-studio",
    '[{"data":{"id":"a","evalh":"k"},"annotations":[{"completed_by":1,"result":[{"from_name":"choice","type":"choices","value":{"choices":["A"]}}]}]}]',
  ),
  answers("argilla", '{"id":"a","responses":{"choice":[{"value":"A","user_id":"u"}]},"metadata":{"id":"a"}}\n'),
  answers("prodigy", '{"id":"a","accept":["A"],"answer":"accept","_annotator_id":"x"}\n'),
  answers("csv", "id,rater,value,note\r\na,ann,A,'=1\r\n"),
  answers("html", '{"id":"a","rater":"ann","value":"A"}\n'),
  {
    name: "Jinja template",
    seeds: () => TEMPLATES,
    read: (bytes) => {
      const row = { term: "x{{ y }}", list: ["a", "b", 3], deep: { __proto__: null } } as unknown as JsonObject;
      return compilePrompt(text(bytes), { file: "suite.yaml", line: 1 }).render(row);
    },
  },
  {
    name: "filter of a sample browser",
    seeds: one('broken task:title slice:rarity=rare score<50 -truncated "exact words" ckpt:c-1'),
    read: (bytes) => parseFilter(text(bytes)),
  },
  {
    name: "regular expression",
    seeds: () => PATTERNS.map((each) => Buffer.from(each)),
    read: (bytes) =>
      compilePattern(text(bytes), { ignoreCase: true }).find("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab the answer: C"),
  },
  {
    name: "baseline",
    seeds: one(BASELINE),
    read: async (bytes) => {
      const { measured } = await openBaseline(parseBaseline(text(bytes), "b.json"), "b.json");
      return (await measured())?.runs.map((each) => each.answers());
    },
  },
  {
    name: "stored line",
    seeds: one(encodeLine({ task: "t", split: "test", i: 1, id: "a", repeat: 0, output: "x", scores: {} }).trimEnd()),
    read: (bytes) => decodeLine(bytes),
  },
];

function isSyntax(error: unknown): boolean {
  return error instanceof SyntaxError;
}
