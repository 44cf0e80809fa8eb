import { extname, join, relative } from "node:path";

import { Option, type Command } from "commander";

import { escapeText } from "../../../reports/escape-text.ts";
import { reportNames, reports, type ReportName } from "../../../reports/index.ts";
import type { EmbedPolicy, ReportModule, TextReport } from "../../../reports/report-module.ts";
import { buildComparison } from "../../compare/compare.ts";
import { readRun } from "../../compare/run-data.ts";
import { sampleSource } from "../../compare/sample-source.ts";
import { EvalhError } from "../../core/errors.ts";
import { findRun } from "../../run/store/run-folder.ts";
import { BASELINE_HELP, loadBaseline } from "../baseline-option.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly output?: string;
  readonly format?: ReportName;
  readonly base?: string;
  readonly baseline?: string;
  readonly embed: EmbedPolicy;
  readonly force?: true;
}

export function configure(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .option("-o, --output <file>", "the file to write, - for standard output; its ending tells the format")
    .addOption(new Option("-f, --format <format>", "the format").choices(reportNames))
    .addOption(
      new Option("--embed <policy>", "samples whose texts an HTML report carries")
        .choices(["changed", "all", "none"])
        .default("changed"),
    )
    .option("--base <checkpoint>", "take differences against this checkpoint instead of the one to ship")
    .option("--baseline <baseline>", BASELINE_HELP)
    .option("--force", "overwrite a file that is not a report")
    .action(async (run: string, options: Options) => {
      const module = await moduleFor(options);
      const folder = await findRun(run);
      const data = await readRun(folder);
      const baseline = await loadBaseline(options.baseline, data.manifest.suite.name);
      const { base } = options;
      const comparison = await buildComparison(data, { baseline, ...(base === undefined ? {} : { base }) });
      const path = options.output ?? join(folder, await defaultName(module));
      const root = process.cwd();
      if (path === "-") {
        if (!("render" in module)) throw new EvalhError("E_USAGE", `a report as ${module.name} is written to a file`);
        const text = await module.render(comparison, sampleSource(data), { root });
        // A pipe gets the values as they are; on a terminal what is in them would act.
        io.stdout.write(io.stdout.isTTY === true ? escapeText(text, { multiline: true }) : text);
        return;
      }
      const written = await module.write(comparison, sampleSource(data), {
        path,
        root,
        embed: options.embed,
        force: options.force === true,
      });
      io.stdout.write(`${relative(process.cwd(), written.path)}\n`);
      for (const note of written.notes) io.stderr.write(`note: ${note}\n`);
    });
}

/** "report" with the extension that the format is known by; further formats with that extension by their own name. */
async function defaultName({ name, extension }: ReportModule): Promise<string> {
  const all = await Promise.all(Object.values(reports).map((load): Promise<ReportModule> => load()));
  const first = all.find((module) => module.extension === extension);
  return `${first?.name === name ? "report" : name}.${extension}`;
}

/** The format that was named, or the one whose extension the file has; HTML without either. */
async function moduleFor({ format, output }: Options): Promise<ReportModule | TextReport> {
  if (format !== undefined) return reports[format]();
  const ending = output === undefined ? "" : extname(output).slice(1);
  if (ending === "" || ending === "htm") return reports.html();
  for (const load of Object.values(reports)) {
    const module = await load();
    if (module.extension === ending) return module;
  }
  throw new EvalhError("E_USAGE", `no report has files ending in .${ending}`, {
    hint: `name a format with --format: ${reportNames.join(", ")}`,
  });
}
