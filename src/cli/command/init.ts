import { stat, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";

import type { Command } from "commander";

import { EvalhError, hasErrno } from "../../core/errors.ts";
import { openDataset } from "../../dataset/index.ts";
import { discoverCheckpoints } from "../../training/index.ts";
import { guessTask } from "../init/guess-task.ts";
import { suiteText } from "../init/suite-text.ts";
import { loadSuite } from "../../suite/load.ts";
import { storeError } from "../../run/store/line-file.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly dataset?: string;
  readonly checkpoints?: string;
  readonly log?: string;
  readonly input?: string;
  readonly reference?: string;
  readonly output: string;
}

/** Rows looked at to guess what the columns mean. */
const LOOK_AT = 500;

export function configure(command: Command, { io }: CommandContext): void {
  command
    .option("-d, --dataset <file>", "held-out samples: JSONL, JSON, CSV or Parquet")
    .option("-c, --checkpoints <folder>", "the trainer's output folder with its checkpoint-N folders")
    .option("-l, --log <path>", "training log; looked for in the checkpoints' folder otherwise")
    .option("--input <column>", "the column the prompt is made of")
    .option("--reference <column>", "the column with the right answer")
    .option("-o, --output <file>", "the suite to write", "suite.yaml")
    .addHelpText("after", "\nExample:\n  evalh init --dataset test.jsonl --checkpoints outputs/\n")
    .action(async (options: Options) => {
      const { dataset, checkpoints } = required(options);
      const file = resolve(options.output);
      const folder = join(file, "..");
      const found = await discoverCheckpoints(resolve(checkpoints));
      const rows = [];
      for await (const row of openDataset({ path: resolve(dataset), limit: LOOK_AT })) rows.push(row.columns);
      const guess = guessTask(rows, {
        input: options.input ?? null,
        reference: options.reference ?? null,
        file: dataset,
      });
      const text = suiteText(guess, {
        name: basename(folder),
        dataset: relative(folder, resolve(dataset)),
        checkpoints: relative(folder, resolve(checkpoints)),
        log: await logPath(options, folder),
        formats: [...new Set(found.map(({ format }) => format))],
      });
      await writeNew(file, text);
      await loadSuite(file, { allowOutside: true });
      io.stdout.write(
        `wrote ${relative(process.cwd(), file)}: ${found.length} checkpoints, ${guess.kind} task from columns ${guess.input} → ${guess.reference}\n`,
      );
      io.stdout.write(`next: evalh run ${relative(process.cwd(), file)} --dry-run\n`);
    });
}

function required({ dataset, checkpoints }: Options): { dataset: string; checkpoints: string } {
  if (dataset !== undefined && checkpoints !== undefined) return { dataset, checkpoints };
  throw new EvalhError("E_USAGE", `--${dataset === undefined ? "dataset" : "checkpoints"} is missing`, {
    hint: "evalh init --dataset test.jsonl --checkpoints outputs/",
  });
}

/** The trainer's state lies beside its checkpoints; null where there is none. */
async function logPath(options: Options, folder: string): Promise<string | null> {
  const path = options.log ?? options.checkpoints ?? "";
  const hasState =
    options.log !== undefined || (await stat(join(path, "trainer_state.json")).catch(() => null)) !== null;
  return hasState ? relative(folder, resolve(path)) : null;
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    if (!hasErrno(error, "EEXIST")) throw storeError("write", file, error);
    throw new EvalhError("E_USAGE", `${file} is there already`, { hint: "name another file with --output" });
  }
}
