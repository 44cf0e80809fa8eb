import { resolve } from "node:path";

import { EvalhError } from "../../core/errors.ts";
import { didYouMean, nearName } from "../../core/near-name.ts";
import { openDataset } from "../../dataset/index.ts";
import type { Problem } from "../diagnostics.ts";
import type { CheckContext } from "./context.ts";
import { normaliseDataset } from "../normalise.ts";
import type { TaskOutline } from "../outline.ts";
import { compilePrompt } from "../prompt.ts";
import type { RawSuite } from "../raw-suite.ts";
import { pointerTo } from "../source-document.ts";

/** Rows looked at to know a dataset's columns. */
const ROWS = 100;

/**
 * Templates and slices that name a column which the first rows do not have. Only what is certain is reported; the rest
 * shows when the whole dataset is read.
 */
export async function checkColumns(context: CheckContext): Promise<Problem[]> {
  const found = await Promise.all(context.outline.tasks.map((task, index) => checkTask(task, index, context)));
  return found.flat();
}

async function checkTask(task: TaskOutline, index: number, context: CheckContext): Promise<Problem[]> {
  const { source } = context;
  const dataset = pointerTo(task.pointer, "dataset");
  if (!context.isSound(dataset) || task.datasets.length === 0) return [];
  const columns = await firstColumns(index, context);
  if (columns === null) return [];
  if (columns instanceof EvalhError) return [source.at(dataset, unreadable(columns))];
  const known = task.hasFewShot ? new Set([...columns.first, "examples"]) : columns.first;
  const prompts = task.perturb.flatMap((each) => each.prompts);
  const choices = task.choiceList === null ? [] : [task.choiceList];
  const templates = [...(task.prompt === null ? [] : [task.prompt]), ...task.references, ...prompts, ...choices]
    .filter(({ pointer }) => context.isSound(pointer))
    .flatMap(({ text, pointer }) =>
      [...compilePrompt(text, { file: source.file }).required]
        .filter((name) => !known.has(name))
        .map((name) => {
          const hint = didYouMean(name, columns.any) ?? `the columns are ${[...columns.first].join(", ")}`;
          return source.at(pointer, { message: `names the column "${name}", which the first row does not have`, hint });
        }),
    );
  const changed = task.perturb
    .flatMap((each) => each.columns)
    .filter(({ text, pointer }) => !columns.any.has(text) && context.isSound(pointer))
    .map(({ text, pointer }) => {
      const hint = didYouMean(text, columns.any) ?? `the columns are ${[...columns.first].join(", ")}`;
      return source.at(pointer, { message: `no row has the column "${text}"`, hint });
    });
  // A column that few rows have is no mistake; one that none has and that looks like another is.
  const slices = task.slices
    .filter(({ text }) => !columns.any.has(text) && nearName(text, columns.any) !== undefined)
    .map(({ text, pointer }) =>
      source.at(pointer, { message: `no row has the column "${text}"`, hint: didYouMean(text, columns.any) }),
    );
  return [...templates, ...changed, ...slices];
}

interface Columns {
  readonly first: ReadonlySet<string>;
  /** Of any of the first rows. */
  readonly any: ReadonlySet<string>;
}

function unreadable({ message, hint, place }: EvalhError): { message: string; hint: string | undefined } {
  const where = [place?.file, place?.line, place?.column].filter((part) => part !== undefined).join(":");
  return { message: `cannot be read: ${message} (${where})`, hint };
}

/** The columns of a task's first rows, or why they cannot be read; null if there is no such task. */
async function firstColumns(index: number, { source, folder }: CheckContext): Promise<Columns | EvalhError | null> {
  const raw = (source.data as RawSuite).tasks[index]?.dataset;
  if (raw === undefined) return null;
  const {
    sample: _,
    validation: __,
    train: ___,
    ...spec
  } = normaliseDataset(raw, { path: (path) => resolve(folder, path), seed: 0 });
  let first: Set<string> | null = null;
  const any = new Set<string>();
  try {
    for await (const { columns } of openDataset({ ...spec, limit: Math.min(spec.limit ?? ROWS, ROWS) })) {
      first ??= new Set(Object.keys(columns));
      for (const name of Object.keys(columns)) any.add(name);
    }
  } catch (error) {
    if (!(error instanceof EvalhError)) throw error;
    return error;
  }
  return first === null ? null : { first, any };
}
