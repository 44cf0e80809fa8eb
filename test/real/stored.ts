import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What is read of a line of samples/<shard>.jsonl. */
export interface Stored {
  readonly task: string;
  readonly id: string;
  readonly repeat: number;
  readonly output: string;
  readonly finish?: string;
  readonly tokens?: readonly [prompt: number, completion: number];
  /** Of each choice, for tasks by log-probability. */
  readonly choices?: readonly (readonly [logprob: number, tokens: number, greedy: number])[];
}

/** All answers of a project's only run, of one checkpoint if its name is given; sorted by task, sample and repeat. */
export function storedAnswers(folder: string, checkpoint = "", place = ".evalh/runs"): readonly Stored[] {
  const runs = join(folder, place);
  const [only = "", ...others] = readdirSync(runs);
  if (others.length > 0) throw new Error(`${runs} holds more than one run`);
  const samples = join(runs, only, "samples");
  const shards = readdirSync(samples).filter((name) => name.includes(checkpoint));
  const lines = shards.flatMap((name) => readFileSync(join(samples, name), "utf8").trim().split("\n"));
  const key = ({ task, id, repeat }: Stored): string => `${task} ${id} ${repeat}`;
  return lines
    .map((line) => JSON.parse(line) as Stored)
    .toSorted((a, b) => key(a).localeCompare(key(b), "en", { numeric: true }));
}
