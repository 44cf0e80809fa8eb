import { relative } from "node:path";

import { escapeText } from "../../../reports/escape-text.ts";
import { formatCount } from "../../../reports/number-format.ts";
import type { JsonObject } from "../../core/json.ts";
import { trainingRows, type TrainingRow } from "../../run/training-rows.ts";
import type { DatasetSpec } from "../../dataset/spec.ts";
import type { TrainingPlan } from "./training-plan.ts";

interface CountedRows {
  readonly rows: number;
  readonly first: TrainingRow | null;
}

/** What a training would do. Reads the training rows, starts and writes nothing. */
export async function describePlan(plan: TrainingPlan): Promise<JsonObject> {
  const { spec, command, config, from, present, training } = plan;
  const data = training.data;
  const train = config === null || data === undefined ? null : await count(plan, data.train);
  const validation = config === null || data?.validation === undefined ? null : await count(plan, data.validation);
  return {
    format: "evalh-training-plan/1",
    trainer: spec.kind,
    output: spec.output,
    log: training.log,
    argv: [...command.argv],
    cwd: command.cwd,
    env: spec.env,
    stop_file: command.stopFile,
    stop_signal: command.stopFile === null ? command.stopSignal : null,
    resume: from?.path ?? null,
    checkpoints: present.map(({ name }) => name),
    rows: train === null ? null : { train: train.rows, validation: validation?.rows ?? 0 },
    first_row: train?.first == null ? null : { ...train.first },
    config,
  };
}

async function count({ training }: TrainingPlan, dataset: DatasetSpec): Promise<CountedRows> {
  let rows = 0;
  let first: TrainingRow | null = null;
  if (training.data !== undefined) {
    for await (const row of trainingRows(training.data, dataset)) {
      first ??= row;
      rows++;
    }
  }
  return { rows, first };
}

/** The same for people. */
export function planText(plan: JsonObject): string {
  const { argv, cwd, output, resume, rows, first_row: first, stop_file: stopFile, stop_signal: signal } = plan;
  const near = (path: unknown): string => (typeof path === "string" ? relative(process.cwd(), path) || "." : "–");
  const counts = rows as { readonly train: number; readonly validation: number } | null;
  const row = first as TrainingRow | null;
  const config = plan["config"] as { readonly arguments?: JsonObject; readonly lora?: JsonObject | null } | null;
  const lines = [
    `would start   ${(argv as readonly string[]).map((each) => JSON.stringify(each)).join(" ")}`,
    `in            ${near(cwd)}`,
    `output        ${near(output)}`,
    ...(resume === null ? [] : [`goes on from  ${near(resume)}`]),
    `stops by      ${typeof signal === "string" ? signal : near(stopFile)}`,
    ...(counts === null
      ? []
      : [`rows          ${formatCount(counts.train)} to learn from, ${formatCount(counts.validation)} for validation`]),
    ...(row === null
      ? []
      : [`first prompt  ${row.prompt === null ? "–" : quoted(row.prompt)}`, `first target  ${quoted(row.target)}`]),
    ...(config === null ? [] : [`arguments     ${escapeText(JSON.stringify(config.arguments ?? {}))}`]),
    ...(config?.lora == null ? [] : [`lora          ${escapeText(JSON.stringify(config.lora))}`]),
    "nothing was started",
  ];
  return lines.map((line) => `${line}\n`).join("");
}

const SHOWN = 200;

function quoted(text: string): string {
  return escapeText(JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text));
}
