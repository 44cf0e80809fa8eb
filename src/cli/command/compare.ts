import { Option, type Command } from "commander";

import { buildComparison, chooseOf, findCheckpoint } from "../../compare/compare.ts";
import { readRun } from "../../compare/run-data.ts";
import { compareRuns, type RunSide } from "../../compare/run-pair.ts";
import { sampleSource } from "../../compare/sample-source.ts";
import { EvalhError } from "../../core/errors.ts";
import { findRun } from "../../run/store/run-folder.ts";
import { BASELINE_HELP, loadBaseline } from "../baseline-option.ts";
import { plotText } from "../plot-text.ts";
import { printComparison, writeHtml } from "../show-comparison.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly base?: string;
  readonly checkpoint?: string;
  readonly baseline?: string;
  readonly report?: string;
  readonly allowDifferent?: true;
  readonly json?: true;
  readonly plot?: true;
}

export function configure(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .argument("[other]", "a second run: it is compared with the first, sample by sample")
    .option("--base <checkpoint>", "take differences against this checkpoint instead of the one to ship")
    .option("--checkpoint <checkpoint>", "of two runs: take this checkpoint of the second instead of the one to ship")
    .option("--baseline <baseline>", BASELINE_HELP)
    .option("--allow-different", "of two runs: compare although prompts, tokenizers or stop strings differ")
    .option("--report <file>", "of two runs: write an HTML report as well")
    .option("--json", "print one JSON document")
    .addOption(new Option("--plot", "draw losses and scores over the steps as well").conflicts("json"))
    .action(async (run: string, other: string | undefined, options: Options) => {
      const folder = await findRun(run);
      const format = options.json === true ? "json" : "console";
      if (other !== undefined && options.plot === true)
        throw new EvalhError("E_USAGE", "--plot draws one run over its steps; two runs have no step in common");
      if (other !== undefined) {
        const before = await sideOf(folder, options.base);
        const after = await sideOf(await findRun(other), options.checkpoint);
        const { comparison, samples } = await compareRuns(before, after, {
          allowDifferent: options.allowDifferent === true,
        });
        await printComparison(comparison, samples, { io, format, quiet: false, folder: null });
        if (options.report !== undefined) await writeHtml(comparison, samples, options.report);
        return;
      }
      const data = await readRun(folder);
      const baseline = await loadBaseline(options.baseline, data.manifest.suite.name);
      const { base } = options;
      const comparison = await buildComparison(data, { baseline, ...(base === undefined ? {} : { base }) });
      await printComparison(comparison, sampleSource(data), { io, format, quiet: false, folder });
      if (options.plot === true) io.stdout.write(plotText(comparison, io));
    });
}

/** The checkpoint that was named, or the one to ship. */
async function sideOf(folder: string, wanted: string | undefined): Promise<RunSide> {
  const data = await readRun(folder);
  const checkpoint = findCheckpoint(data, wanted) ?? chooseOf(data).ship?.checkpoint;
  if (checkpoint === undefined) throw new EvalhError("E_NOT_COMPARABLE", `run ${data.manifest.id} has no scores`);
  return { data, checkpoint };
}
