import { EvalhError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Row } from "../core/sample.ts";
import { perturbations } from "../perturb/index.ts";
import type { PerturbContext, Perturbation } from "../perturb/perturbation.ts";
import { randomOf } from "../perturb/random.ts";
import { hashSeed } from "../stats/hash-seed.ts";
import { compilePrompt } from "../suite/prompt.ts";
import type { Task } from "../suite/suite.ts";

/** What making perturbed samples may use. */
export interface PerturbWorld extends PerturbContext {
  /** The suite's. */
  readonly seed: number;
}

/** A version of a row: what the prompt is made of, and what the references are. */
export interface PerturbedRow {
  readonly shown: JsonObject;
  readonly answered: JsonObject;
}

/** The versions in which a row is asked. */
export type Perturber = (row: Row) => Promise<readonly PerturbedRow[]>;

/**
 * How a task's rows are perturbed; null for a task that is asked as it is, or with another prompt only. Every version's
 * seed derives from the suite's seed, the perturbation's name, the row's id, the column and the version alone.
 */
export async function perturberOf(task: Task, world: PerturbWorld): Promise<Perturber | null> {
  const { perturbation } = task;
  const load = Object.entries(perturbations).find(([name]) => name === perturbation?.module)?.[1];
  if (perturbation === undefined || load === undefined) return null;
  const made = (await load()).create(perturbation.options, world);
  const shown = compilePrompt(task.prompt.text, task.prompt.place).names;
  const columns = perturbation.columns ?? [...shown];
  const versions = Array.from({ length: perturbation.repeats }, (_, version) => version);
  const seed = (row: Row, version: number, column: string): number =>
    hashSeed(world.seed, perturbation.of, perturbation.name, row.id, version, column);
  return (row) =>
    Promise.all(
      versions.map(async (version): Promise<PerturbedRow> => {
        const draw = (column: string): Parameters<NonNullable<Perturbation["row"]>>[1] => ({
          version,
          random: randomOf(seed(row, version, column)),
        });
        if (made.row !== undefined) {
          const columns = placed(row, () => made.row?.(row.columns, draw("")) ?? row.columns);
          return { shown: columns, answered: columns };
        }
        const changed: Record<string, JsonObject[string]> = {};
        for (const column of columns) {
          const text = Object.hasOwn(row.columns, column) ? row.columns[column] : undefined;
          if (typeof text === "string" && made.text !== undefined)
            changed[column] = await made.text(text, draw(column));
        }
        return { shown: { ...row.columns, ...changed }, answered: row.columns };
      }),
    );
}

/** What is wrong with a row is said with its place. */
function placed<T>({ place }: Row, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof EvalhError) || error.place !== undefined) throw error;
    throw new EvalhError(error.code, error.message, error.hint === undefined ? { place } : { place, hint: error.hint });
  }
}
