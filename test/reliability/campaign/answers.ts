import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { decodeLine } from "../../../src/run/store/checked-line.ts";

/** Key of each answer that a run holds → the answer without its timing, and how many keys came more than once. */
export interface Answers {
  readonly byKey: ReadonlyMap<string, string>;
  readonly twice: number;
}

/** A run's answers against those of an undisturbed one. */
export interface Tally {
  readonly answers: number;
  readonly lost: number;
  readonly twice: number;
  /** Answers that are there but differ. */
  readonly altered: number;
}

/** Reads every whole line of a run's samples, as little as possible by the product's own code: only the checksum is. */
export async function readAnswers(run: string): Promise<Answers> {
  const byKey = new Map<string, string>();
  let twice = 0;
  for (const name of (await readdir(join(run, "samples"))).toSorted()) {
    const bytes = await readFile(join(run, "samples", name));
    for (let start = 0, end = bytes.indexOf(10); end >= 0; start = end + 1, end = bytes.indexOf(10, start)) {
      const record = decodeLine(bytes.subarray(start, end)) as Record<string, unknown> | undefined;
      if (record === undefined || "error" in record) continue;
      const { ms: _ms, ...kept } = record;
      const key = [name, kept["task"], kept["split"], kept["i"], kept["repeat"]].join(" ");
      if (byKey.has(key)) twice++;
      byKey.set(key, JSON.stringify(kept));
    }
  }
  return { byKey, twice };
}

export function tallyOf(expected: Answers, found: Answers): Tally {
  let lost = 0;
  let altered = 0;
  for (const [key, answer] of expected.byKey) {
    const other = found.byKey.get(key);
    if (other === undefined) lost++;
    else if (other !== answer) altered++;
  }
  return { answers: found.byKey.size, lost, twice: found.twice, altered };
}

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    answers: a.answers + b.answers,
    lost: a.lost + b.lost,
    twice: a.twice + b.twice,
    altered: a.altered + b.altered,
  };
}

export const NOTHING: Tally = { answers: 0, lost: 0, twice: 0, altered: 0 };
