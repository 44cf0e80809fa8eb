import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import { EvalhError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import type { Pair } from "../executor/pair-judging.ts";
import { judgePairs } from "../executor/pair-thread.ts";
import type { CliIo } from "./io.ts";

/** Judges pairs of output and references from a JSONL file or standard input ("-"), without suite or run. */
export async function scorePairs(
  source: string,
  names: readonly string[],
  { io, json }: { readonly io: CliIo; readonly json: boolean },
): Promise<void> {
  const { scores, count } = await judgePairs(names, readPairs(source));
  if (count === 0) throw new EvalhError("E_DATASET", "there is no pair to judge", { place: { file: nameOf(source) } });
  if (json) {
    io.stdout.write(`${JSON.stringify({ n: count, scores }, null, 2)}\n`);
    return;
  }
  for (const { metric, score, signature, skipped } of scores) {
    const value =
      score === null ? "no score" : `${score.value.toFixed(2)} [${score.lo.toFixed(2)}, ${score.hi.toFixed(2)}]`;
    const left = skipped > 0 ? `, ${skipped} not judged` : "";
    io.stdout.write(`${metric.padEnd(12)} ${value}  n=${score?.n ?? 0}${left}  ${signature}\n`);
  }
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
