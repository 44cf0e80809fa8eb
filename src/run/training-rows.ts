import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { once } from "node:events";

import { EvalhError } from "../core/errors.ts";
import type { DatasetSpec } from "../dataset/spec.ts";
import { openDataset } from "../dataset/index.ts";
import { compilePrompt, type CompiledTemplate } from "../suite/prompt.ts";
import type { TrainingData } from "../suite/training.ts";
import { storeError } from "./store/line-file.ts";

/** What the model reads and what it learns to write. */
export interface TrainingRow {
  /** Null where it learns the target alone. */
  readonly prompt: string | null;
  readonly target: string;
}

/**
 * The rows of a dataset as a trainer gets them. Without a target template a column named "target" or "text" is taken.
 * @throws EvalhError E_DATASET, E_PROMPT
 */
export async function* trainingRows(data: TrainingData, dataset: DatasetSpec): AsyncGenerator<TrainingRow> {
  const compile = (template: TrainingData["target"]): CompiledTemplate | null =>
    template === undefined ? null : compilePrompt(template.text, template.place);
  const [prompt, target] = [compile(data.prompt), compile(data.target)];
  for await (const row of openDataset(dataset)) {
    const text = target?.render(row.columns, row) ?? row.columns["target"] ?? row.columns["text"];
    if (typeof text !== "string") {
      throw new EvalhError("E_DATASET", `${dataset.path} has no column to learn from`, {
        hint: `name one in the suite, for example training.data.target: "{{ ${Object.keys(row.columns)[0] ?? "text"} }}"`,
      });
    }
    yield { prompt: prompt?.render(row.columns, row) ?? null, target: text };
  }
}

/**
 * Writes the rows as JSONL, the way gpu/python/train.py reads them.
 * @returns how many there are
 * @throws EvalhError E_DATASET, also if there are none; E_PROMPT, E_STORE
 */
export async function writeTrainingRows(data: TrainingData, dataset: DatasetSpec, path: string): Promise<number> {
  const draft = `${path}.draft`;
  await using file = createWriteStream(draft);
  const failed = new Promise<never>((_, reject) =>
    file.once("error", (error) => reject(storeError("write", path, error))),
  );
  failed.catch(() => undefined);
  let rows = 0;
  for await (const { prompt, target } of trainingRows(data, dataset)) {
    rows++;
    const line = `${JSON.stringify(prompt === null ? { target } : { prompt, target })}\n`;
    if (!file.write(line)) await Promise.race([once(file, "drain"), failed]);
  }
  file.end();
  await Promise.race([once(file, "close"), failed]);
  await rename(draft, path);
  return rows;
}
