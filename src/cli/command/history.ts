import { relative, resolve } from "node:path";

import { InvalidArgumentError, type Command } from "commander";

import { BASELINE_FILE, openBaseline, parseBaseline } from "../../compare/baseline/baseline-file.ts";
import { historyOf, type Revision } from "../../compare/baseline/history.ts";
import { EvalhError } from "../../core/errors.ts";
import { git } from "../git.ts";
import { historyLines } from "../show-history.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly metric?: string;
  readonly last: number;
  readonly alpha: number;
  readonly json?: true;
}

const MOST = 1000;

export function configure(command: Command, { io }: CommandContext): void {
  command
    .argument("[file]", "a committed baseline", BASELINE_FILE)
    .option("--metric <metric>", "only this metric, as task/metric")
    .option("--last <n>", "look at the last n commits that changed the file", countOption, 100)
    .option("--alpha <p>", "probability of a change point where nothing changed", alphaOption, 0.05)
    .option("--json", "print one JSON document")
    .action(async (file: string, options: Options) => {
      const revisions = await revisionsOf(file, options.last);
      const all = historyOf(revisions, options.alpha);
      const chosen = options.metric === undefined ? all : all.filter(({ metric }) => metric === options.metric);
      if (chosen.length === 0) {
        throw new EvalhError("E_USAGE", `the baseline never had the metric "${options.metric ?? ""}"`, {
          hint: `it has ${all.map(({ metric }) => metric).join(", ")}`,
        });
      }
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify({ format: "evalh-history/1", file, metrics: chosen }, null, 2)}\n`);
        return;
      }
      for (const history of chosen) for (const line of historyLines(history)) io.stdout.write(`${line}\n`);
    });
}

/** The committed states of a file, oldest first. */
async function revisionsOf(path: string, last: number): Promise<Revision[]> {
  const file = relative(process.cwd(), resolve(path));
  const what = `cannot read the history of ${file}`;
  const log = await git(["log", `--max-count=${last}`, "--format=%H%x09%cI%x09%s", "--", file], what);
  const revisions: Revision[] = [];
  for (const line of log
    .split("\n")
    .filter((each) => each !== "")
    .toReversed()) {
    const [commit = "", at = "", ...subject] = line.split("\t");
    // A commit that deleted the file has no content to show.
    const listed = await git(["ls-tree", "--name-only", commit, "--", file], what);
    if (listed.trim() === "") continue;
    const name = `${commit.slice(0, 10)}:${file}`;
    const content = parseBaseline(await git(["show", `${commit}:./${file}`], what), name);
    revisions.push({
      commit,
      at,
      subject: subject.join("\t"),
      file: content,
      baseline: await openBaseline(content, name),
    });
  }
  if (revisions.length > 0) return revisions;
  throw new EvalhError("E_USAGE", `${file} was never committed`, {
    hint: "make a baseline with `evalh baseline update` and commit it",
  });
}

function countOption(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MOST) {
    throw new InvalidArgumentError(`a whole number from 1 to ${MOST} is needed`);
  }
  return value;
}

function alphaOption(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("a number between 0 and 1 is needed");
  return value;
}
