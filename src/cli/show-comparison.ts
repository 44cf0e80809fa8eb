import type { Comparison, SampleSource } from "../compare/comparison.ts";
import { runFiles, writeAtomically } from "../run/store/run-folder.ts";
import { reports } from "../../reports/index.ts";
import { columnsOf, useColor, type CliIo } from "./io.ts";

interface PrintOptions {
  readonly io: CliIo;
  readonly format: "console" | "json";
  readonly quiet: boolean;
  /** Run folder; scores.json is written there. Null for a comparison of two runs, which belongs to neither. */
  readonly folder: string | null;
}

/** Prints a comparison on stdout and keeps its numbers as scores.json in the run folder. */
export async function printComparison(
  comparison: Comparison,
  samples: SampleSource,
  options: PrintOptions,
): Promise<void> {
  const { io, folder } = options;
  const json = await (await reports.json()).render(comparison, samples, {});
  if (folder !== null) await writeAtomically(runFiles.scores(folder), json);
  if (options.quiet) return;
  if (options.format === "json") {
    io.stdout.write(json);
    return;
  }
  const text = await (
    await reports.console()
  ).render(comparison, samples, {
    columns: columnsOf(io, io.stdout),
    color: useColor(io, io.stdout),
  });
  io.stdout.write(text);
}

export async function writeHtml(comparison: Comparison, samples: SampleSource, path: string): Promise<void> {
  await (await reports.html()).write(comparison, samples, { path });
}
