import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import { judges as judgeMap } from "../../judges/index.ts";
import type { Estimate } from "../core/estimate.ts";
import { EvalhError } from "../core/errors.ts";
import { isJsonObject, type JsonValue } from "../core/json.ts";
import { estimate } from "../stats/estimate.ts";
import type { CliIo } from "./io.ts";

interface Pair {
  readonly output: string;
  readonly references: readonly string[];
}

/** Judges pairs of output and references from a JSONL file or standard input ("-"), without suite or run. */
export async function scorePairs(
  source: string,
  names: readonly string[],
  { io, json }: { readonly io: CliIo; readonly json: boolean },
): Promise<void> {
  const pairs: Pair[] = [];
  for await (const pair of readPairs(source)) pairs.push(pair);
  if (pairs.length === 0)
    throw new EvalhError("E_DATASET", "there is no pair to judge", { place: { file: nameOf(source) } });
  const results = [];
  for (const name of names) results.push(...(await judgePairs(name, pairs)));
  if (json) {
    io.stdout.write(`${JSON.stringify({ n: pairs.length, scores: results }, null, 2)}\n`);
    return;
  }
  for (const { metric, score, signature, skipped } of results) {
    const value =
      score === null ? "no score" : `${score.value.toFixed(2)} [${score.lo.toFixed(2)}, ${score.hi.toFixed(2)}]`;
    const left = skipped > 0 ? `, ${skipped} not judged` : "";
    io.stdout.write(`${metric.padEnd(12)} ${value}  n=${score?.n ?? 0}${left}  ${signature}\n`);
  }
}

interface PairScore {
  readonly metric: string;
  readonly score: Estimate | null;
  readonly signature: string;
  readonly skipped: number;
}

async function judgePairs(name: string, pairs: readonly Pair[]): Promise<PairScore[]> {
  const load = Object.entries(judgeMap).find(([known]) => known === name)?.[1];
  if (load === undefined) {
    throw new EvalhError("E_USAGE", `there is no judge "${name}"`, {
      hint: `there are ${Object.keys(judgeMap).join(", ")}`,
    });
  }
  const judge = (await load()).create({}, {});
  const stats: JsonValue[] = [];
  for (const [index, pair] of pairs.entries()) {
    const sample = { id: String(index), input: "", references: pair.references, metadata: {} };
    const score = await judge.score({ text: pair.output, finish: "unknown" }, sample);
    if (score.kind === "scored") stats.push(score.stats);
  }
  return judge.metrics.map((metric) => ({
    metric: metric.name,
    score: estimate(metric.sufficient(stats), { seed: 12345, range: metric.range }),
    signature: judge.signature,
    skipped: pairs.length - stats.length,
  }));
}

async function* readPairs(source: string): AsyncGenerator<Pair> {
  const input = source === "-" ? process.stdin : createReadStream(source);
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line++;
      if (text.trim() !== "") yield parsePair(text, { file: nameOf(source), line });
    }
  } catch (error) {
    if (error instanceof EvalhError) throw error;
    throw new EvalhError("E_DATASET", `cannot read ${nameOf(source)}`, {
      cause: error,
      hint: "give a JSONL file, or - for standard input",
    });
  }
}

function parsePair(text: string, place: { readonly file: string; readonly line: number }): Pair {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new EvalhError("E_DATASET", "the line is not JSON", {
      place,
      hint: 'write lines like {"output": "…", "references": ["…"]}',
    });
  }
  if (isJsonObject(value)) {
    const { output, references, reference } = value;
    const list = references ?? (reference === undefined ? [] : [reference]);
    if (typeof output === "string" && Array.isArray(list) && list.every((each) => typeof each === "string")) {
      return { output, references: list };
    }
  }
  throw new EvalhError("E_DATASET", "the line needs a string `output` and a list of strings `references`", { place });
}

function nameOf(source: string): string {
  return source === "-" ? "standard input" : source;
}
