import type { Row } from "../core/sample.ts";
import { openDataset } from "../dataset/index.ts";
import { compileTask, type CompiledTask } from "../suite/compile-task.ts";
import type { Task } from "../suite/suite.ts";
import { datasetOf } from "./dataset-of.ts";
import { perturberOf, type PerturbedRow, type PerturbWorld } from "./perturber.ts";
import type { ItemRecord, Split } from "./store/records.ts";

export interface ItemsRequest {
  readonly split: Split;
  /** What perturbed samples are made with. */
  readonly world: PerturbWorld;
}

/** The samples of one of a suite's own tasks, as they will be asked. */
export async function* cleanItems(task: Task, split: Split): AsyncGenerator<ItemRecord> {
  for await (const { item } of renderItems(task, { split, world: { seed: 0 } })) yield item;
}

/** Rows that are perturbed at the same time: a model that rewrites them answers several at once. */
const ROWS_AT_A_TIME = 64;

interface Rendered {
  readonly item: ItemRecord;
  /** Versions that are asked otherwise than the clean sample. */
  readonly changed: number;
}

/** The samples of a task as they will be asked, without writing anything. */
export async function* renderItems(task: Task, { split, world }: ItemsRequest): AsyncGenerator<Rendered> {
  const compiled = await compileTask(task);
  const perturb = await perturberOf(task, world);
  let i = 0;
  let rows: Row[] = [];
  const rendered = async (): Promise<readonly Rendered[]> => {
    const block = rows;
    rows = [];
    if (perturb === null) return block.map((row) => plainItem(compiled, task, { row, i: i++ }));
    const versions = await Promise.all(block.map(perturb));
    return block.map((row, index) => perturbedItem(compiled, task, { row, i: i++, versions: versions[index] ?? [] }));
  };
  for await (const row of openDataset(datasetOf(task, split))) {
    rows.push(row);
    if (rows.length === ROWS_AT_A_TIME) yield* await rendered();
  }
  yield* await rendered();
}

function plainItem(
  compiled: CompiledTask,
  task: Task,
  { row, i }: { readonly row: Row; readonly i: number },
): Rendered {
  const item = { i, id: row.id, ...asked(compiled, task, row), columns: row.columns };
  return { item, changed: task.perturbation === undefined ? 0 : task.repeats };
}

function perturbedItem(
  compiled: CompiledTask,
  task: Task,
  { row, i, versions }: { readonly row: Row; readonly i: number; readonly versions: readonly PerturbedRow[] },
): Rendered {
  const clean = asked(compiled, task, row);
  const [first = clean, ...others] = versions.map(({ shown, answered }) => ({
    ...answersOf(compiled, task, { ...row, columns: answered }),
    prompt: compiled.prompt({ ...row, columns: shown }),
  }));
  const item = { i, id: row.id, ...first, columns: row.columns };
  return {
    item: others.length === 0 ? item : { ...item, versions: others },
    changed: [first, ...others].filter(({ prompt }) => prompt !== clean.prompt).length,
  };
}

type Asked = Pick<ItemRecord, "prompt" | "references" | "choices">;

function asked(compiled: CompiledTask, task: Task, row: Row): Asked {
  return { prompt: compiled.prompt(row), ...answersOf(compiled, task, row) };
}

/** A perplexity task scores the prompt itself. */
function answersOf(compiled: CompiledTask, task: Task, row: Row): Omit<Asked, "prompt"> {
  const choices = compiled.choices(row);
  const references = task.kind === "perplexity" ? [] : compiled.references(row);
  return choices === null ? { references } : { references, choices };
}
