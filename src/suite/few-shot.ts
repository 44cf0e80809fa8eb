import { EvalhError } from "../core/errors.ts";
import type { Row } from "../core/sample.ts";
import { openDataset } from "../dataset/index.ts";
import { sampleKey } from "../dataset/selection.ts";
import type { FewShot } from "./suite.ts";

/** Who asks for examples, for error messages. */
interface Asker {
  readonly task: string;
  /** The suite's. */
  readonly file: string;
}

/**
 * Draws the rows of the examples: those with the smallest hashes of seed and id, in that order, so that they depend on
 * neither the file's order nor on who asks. A row is never an example of itself: it gets the next one instead.
 * @returns the examples for a row, always `count`
 * @throws EvalhError E_DATASET if there are too few rows
 */
export async function drawExamples(fewShot: FewShot, asker: Asker): Promise<(row: Row) => readonly Row[]> {
  const drawn: { row: Row; key: number }[] = [];
  const size = fewShot.count + 1;
  for await (const row of openDataset(fewShot.dataset)) {
    const key = sampleKey(fewShot.seed, row.id);
    if (drawn.length === size && key >= (drawn.at(-1)?.key ?? 0)) continue;
    const at = drawn.findIndex((other) => other.key > key);
    drawn.splice(at < 0 ? drawn.length : at, 0, { row, key });
    if (drawn.length > size) drawn.pop();
  }
  const rows = drawn.map(({ row }) => row);
  const take = (others: readonly Row[]): readonly Row[] => {
    if (others.length < fewShot.count) throw tooFew(fewShot, asker, others.length);
    return others.slice(0, fewShot.count);
  };
  const usual = take(rows);
  return (row) => {
    const isItself = (example: Row): boolean => example.id === row.id && example.place.file === row.place.file;
    return usual.some(isItself) ? take(rows.filter((example) => !isItself(example))) : usual;
  };
}

function tooFew(fewShot: FewShot, { task, file }: Asker, found: number): EvalhError {
  return new EvalhError(
    "E_DATASET",
    `task "${task}" asks for ${fewShot.count} examples, and ${fewShot.dataset.path} has ${found}`,
    { place: { file }, hint: "lower few_shot.count" },
  );
}
