import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { EvalhError, hasErrno } from "../src/core/errors.ts";
import type { FinishReason } from "../src/core/completion.ts";
import type { Checkpoint } from "../src/core/checkpoint.ts";
import type { Comparison, MetricRow, SampleOutput, SampleSource, SampleView } from "../src/compare/comparison.ts";
import { writeGuarded } from "./file-target.ts";
import { cellOf, testRows } from "./metric-view.ts";
import type { ReportModule } from "./report-module.ts";

/**
 * Logs as inspect_ai reads them (`inspect view`, `read_eval_log`): its format of version 2 as JSON, a file for each
 * checkpoint and task, in a folder. Percentages are shares of one there, as inspect_ai's own scorers give them.
 */
export const inspectReport: ReportModule = {
  name: "inspect",
  summary: "Logs for inspect_ai, a file for each checkpoint and task, in a folder.",
  extension: "logs",
  async write(comparison, samples, { path, force = false }) {
    await makeFolder(path);
    let bytes = 0;
    for (const [index, checkpoint] of comparison.checkpoints.entries()) {
      for (const [task, rows] of Map.groupBy(testRows(comparison), (row) => row.task)) {
        const log = { comparison, checkpoint, index, task, rows };
        const target = { path: join(path, fileName(log)), force, mark: MARK };
        bytes += await writeGuarded(target, (append) => writeLog(log, samples, append));
      }
    }
    return { path, bytes, notes: [] };
  },
};

/** @throws EvalhError E_USAGE where a file lies */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (!hasErrno(error, "EEXIST", "ENOTDIR")) throw error;
    throw new EvalhError("E_USAGE", `${path} is a file; these logs are written to a folder`, {
      hint: "name another place with --output",
    });
  }
}

const MARK = /^\{"version":2,"status":"/u;

/** One checkpoint's answers to one task. */
interface Log {
  readonly comparison: Comparison;
  readonly checkpoint: Checkpoint;
  /** Of the checkpoint. */
  readonly index: number;
  readonly task: string;
  readonly rows: readonly MetricRow[];
}

/** As inspect_ai names its logs: when, what; then of which model. */
function fileName({ comparison: { run }, task, checkpoint }: Log): string {
  const safe = (text: string): string => text.replaceAll(/[^\w.-]+/gu, "-");
  return `${safe(run.startedAt.slice(0, 19))}_${safe(task)}_${safe(checkpoint.id)}.json`;
}

async function writeLog(log: Log, source: SampleSource, append: (text: string) => Promise<void>): Promise<void> {
  const { comparison, checkpoint, task } = log;
  const { run, suite } = comparison;
  const ids: string[] = [];
  let failed = 0;
  await append(`{"version":2,"status":"success","samples":[`);
  for await (const sample of source.samples()) {
    const output = sample.outputs[log.index];
    if (sample.task !== task || output == null) continue;
    if (output.error !== null) failed++;
    await append(`${ids.length === 0 ? "" : ","}\n${JSON.stringify(sampleOf(sample, output, log))}`);
    ids.push(sample.id);
  }
  const rest = {
    eval: {
      eval_id: `${run.id}-${task}-${checkpoint.id}`,
      run_id: run.id,
      created: run.startedAt,
      task,
      task_id: `${suite.name}/${task}`,
      task_version: suite.version,
      dataset: { name: suite.name, samples: ids.length, sample_ids: ids, shuffled: false },
      model: checkpoint.id,
      config: { epochs: 1 },
      packages: { evalh: run.evalh },
      metadata: { suite_digest: suite.digest, checkpoint_digest: checkpoint.digest, step: checkpoint.step },
    },
    plan: { name: "plan", steps: [{ solver: "generate", params: {} }], config: {} },
    results: { total_samples: ids.length, completed_samples: ids.length - failed, scores: scoresOf(log) },
    stats: { started_at: run.startedAt, completed_at: run.startedAt, model_usage: {} },
  };
  await append(`\n],${JSON.stringify(rest).slice(1)}\n`);
}

function scoresOf({ comparison, rows, index }: Log): object[] {
  return rows.flatMap((row) => {
    const estimate = cellOf(comparison, row.key, index)?.estimate;
    if (estimate == null || !Number.isFinite(estimate.value)) return [];
    const scale = scaleOf(row);
    const figures = { mean: estimate.value, lower: estimate.lo, upper: estimate.hi };
    const metrics = Object.entries(figures)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => [name, { name, value: value * scale, params: {} }]);
    return [
      {
        name: row.metric,
        scorer: row.metric,
        scored_samples: estimate.n,
        params: { signature: row.signature, interval: estimate.method },
        metrics: Object.fromEntries(metrics) as object,
      },
    ];
  });
}

function scaleOf({ unit, range }: MetricRow): number {
  return unit === "percent" && range[0] === 0 && range[1] === 100 ? 0.01 : 1;
}

const stops: Readonly<Record<FinishReason, string>> = {
  stop: "stop",
  length: "max_tokens",
  filter: "content_filter",
  scored: "stop",
  unknown: "unknown",
};

function sampleOf({ id, prompt, references, slices }: SampleView, output: SampleOutput, log: Log): object {
  const { checkpoint, rows } = log;
  const model = checkpoint.id;
  const said = { role: "assistant", content: output.text, source: "generate", model };
  const target = references.length === 1 ? (references[0] ?? "") : references;
  const scores = rows.flatMap((row) => {
    const score = output.scores[row.metric] ?? null;
    return score === null ? [] : [[row.metric, { value: score * scaleOf(row), answer: output.text }] as const];
  });
  return {
    id,
    epoch: 1,
    input: prompt,
    target,
    messages: [{ role: "user", content: prompt }, said],
    output: { model, choices: [{ message: said, stop_reason: stops[output.finish] }], completion: output.text },
    scores: Object.fromEntries(scores),
    metadata: slices,
    ...(output.ms === null ? {} : { total_time: output.ms / 1000 }),
    ...(output.error === null ? {} : { error: { message: output.error.message, traceback: "", traceback_ansi: "" } }),
  };
}
