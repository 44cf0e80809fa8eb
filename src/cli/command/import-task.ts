import { writeFile } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";

import type { Command } from "commander";

import { EvalhError, hasErrno } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { taskSuite } from "../../suite/lm-eval/suite-text.ts";
import { loadSuiteText } from "../../suite/load.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly output?: string;
  readonly data?: string;
  readonly checkpoints?: string;
  readonly backend: string;
  readonly baseUrl?: string;
  readonly model?: string;
}

export function configure(command: Command, { io }: CommandContext): void {
  command
    .argument("<task...>", "task files of lm-evaluation-harness (YAML)")
    .option("-o, --output <file>", "the suite to write; printed without it")
    .option("--data <path>", "the dataset, in the place of the hub's: a folder or a file")
    .option("--checkpoints <folder>", "the checkpoints to evaluate")
    .option("--backend <name>", "how to run them", "onnx")
    .option("--base-url <url>", "evaluate the model served there instead")
    .option("--model <name>", "the name by which the server knows it")
    .addHelpText("after", "\nExample:\n  evalh import-task task.yaml --checkpoints checkpoints/ -o suite.yaml\n")
    .action(async (files: readonly string[], options: Options) => {
      const folder = dirname(resolve(options.output ?? "suite.yaml"));
      const name = basename(files[0] ?? "tasks")
        .replace(/\.ya?ml$/u, "")
        .replaceAll(/[^\w.-]/gu, "_");
      const made = await taskSuite({
        files: files.map((file) => resolve(file)),
        name,
        models: [modelOf(options, folder)],
        data: options.data ?? null,
        folder,
      });
      for (const note of made.notes) io.stderr.write(`note: ${note}\n`);
      // Whatever is wrong with the translation shows here, not when the suite is run.
      await loadSuiteText(made.text, resolve(folder, basename(options.output ?? "suite.yaml")), { allowOutside: true });
      if (options.output === undefined) {
        io.stdout.write(made.text);
        return;
      }
      await writeNew(options.output, made.text);
      const outside = made.text.includes("path: ../") ? " --allow-outside" : "";
      io.stdout.write(`wrote ${options.output}; next: evalh run ${options.output}${outside}\n`);
    });
}

function modelOf({ checkpoints, backend, baseUrl, model }: Options, folder: string): JsonObject {
  if (baseUrl !== undefined) {
    const named = model === undefined ? {} : { model_name: model };
    return { model: "served", backend: backend === "onnx" ? "openai" : backend, url: baseUrl, ...named };
  }
  if (checkpoints === undefined) {
    throw new EvalhError("E_USAGE", "which model?", { hint: "add --checkpoints FOLDER or --base-url URL" });
  }
  return { model: model ?? "model", backend, checkpoints: relative(folder, resolve(checkpoints)) };
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    if (!hasErrno(error, "EEXIST")) throw error;
    throw new EvalhError("E_USAGE", `${path} is there already`, { hint: "name another file: nothing is overwritten" });
  }
}
