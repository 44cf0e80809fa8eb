import { InvalidArgumentError, type Command } from "commander";

import { paintLines } from "../../../reports/console/span.ts";
import { EvalhError } from "../../core/errors.ts";
import { inspectPrompts, type Inspection, type PromptTarget } from "../../run/prompts/inspect-prompts.ts";
import { listPromptTargets } from "../../run/prompts/prompt-targets.ts";
import { loadSuite } from "../../suite/load.ts";
import type { Suite, Task } from "../../suite/suite.ts";
import { columnsOf, useColor } from "../io.ts";
import { locateSuite } from "../locate-suite.ts";
import { promptText } from "../prompt/prompt-text.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly task?: string;
  readonly sample: number;
  readonly checkpoint?: string;
  readonly allowOutside?: true;
  readonly json?: true;
}

export function configure(command: Command, { io }: CommandContext): void {
  command
    .argument("<suite>", "a suite file, a folder with a suite.yaml, or the name of one that ships")
    .option("--task <name>", "only this task")
    .option("--sample <n>", "samples of each task", positive, 3)
    .option("--checkpoint <name>", "whose tokenizer and template (default: each model's last checkpoint)")
    .option("--allow-outside", "let the suite read files outside its folder")
    .option("--json", "print one JSON document")
    .action(async (wanted: string, options: Options) => {
      const suite = await loadSuite(await locateSuite(wanted), { allowOutside: options.allowOutside === true });
      const inspections: Inspection[] = [];
      for (const { target, siblings } of await chosenTargets(suite, options.checkpoint)) {
        inspections.push(
          await inspectPrompts({
            suite,
            tasks: tasksOf(suite, options.task),
            target,
            siblings,
            samples: options.sample,
            secret: (name) => io.env[name],
            signal: new AbortController().signal,
          }),
        );
      }
      if (options.json === true) {
        const document = { format: "evalh-prompts/1", suite: suite.name, checkpoints: inspections };
        io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
        return;
      }
      const width = columnsOf(io, io.stdout);
      const color = useColor(io, io.stdout);
      io.stdout.write(inspections.map((each) => paintLines(promptText(each, width), color)).join("\n"));
    });
}

function tasksOf({ tasks }: Suite, wanted: string | undefined): readonly Task[] {
  const found = tasks.filter(({ name }) => wanted === undefined || name === wanted);
  if (found.length > 0) return found;
  throw new EvalhError("E_USAGE", `the suite has no task "${wanted ?? ""}"`, {
    hint: `it has ${tasks.map(({ name }) => name).join(", ")}`,
  });
}

interface Chosen {
  readonly target: PromptTarget;
  readonly siblings: readonly PromptTarget[];
}

/** The named checkpoint, or the last of each model, with the others of its model. */
async function chosenTargets(suite: Suite, wanted: string | undefined): Promise<Chosen[]> {
  const all = await listPromptTargets(suite);
  const chosen =
    wanted === undefined
      ? [...Map.groupBy(all, ({ model }) => model.name).values()].flatMap((own) => lastOf(own))
      : all.filter(({ checkpoint }) => checkpoint.id === wanted || checkpoint.id.endsWith(`/${wanted}`)).slice(0, 1);
  if (chosen.length === 0) {
    throw new EvalhError(
      "E_USAGE",
      wanted === undefined ? "no model has a checkpoint" : `there is no checkpoint "${wanted}"`,
      {
        hint:
          all.length === 0 ? "train one first" : `there are ${all.map(({ checkpoint }) => checkpoint.id).join(", ")}`,
      },
    );
  }
  return chosen.map((target) => ({
    target,
    siblings: all.filter((each) => each !== target && each.model === target.model),
  }));
}

function lastOf(own: readonly PromptTarget[]): readonly PromptTarget[] {
  const series = own.filter(({ checkpoint }) => checkpoint.role === "series");
  return (series.length > 0 ? series : own).slice(-1);
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1 is needed");
  return value;
}
