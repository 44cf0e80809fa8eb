import { relative } from "node:path";

import { Option, type Command } from "commander";

import { buildComparison } from "../../compare/compare.ts";
import { readRun } from "../../compare/run-data.ts";
import { sampleSource } from "../../compare/sample-source.ts";
import { EvalhError } from "../../core/errors.ts";
import { allotments, draw, type Allotment } from "../../human/draw.ts";
import { formatNames, formats, type FormatName } from "../../human/format/index.ts";
import { makeSheet } from "../../human/make-sheet.ts";
import { marginText } from "../../human/margin.ts";
import { populationOf, type Candidate, type Population } from "../../human/population.ts";
import { readQueue } from "../../human/queue.ts";
import type { HumanForm, Identical } from "../../human/sheet.ts";
import { humanFiles, saveSheet, writeNew } from "../../human/store.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";
import type { CliIo } from "../io.ts";
import { readGold, readText } from "./gold.ts";
import { chooseCheckpoints, sheetSettings, type SheetChoice } from "./sheet-settings.ts";
import { share, wholeNumber } from "./numbers.ts";

interface Options extends SheetChoice {
  readonly checkpoint?: readonly string[];
  readonly guidelines?: string;
  readonly reference: boolean;
  readonly queue?: true;
  readonly seed?: number;
  readonly format: readonly FormatName[];
  readonly output?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

const FORMS = ["pairwise", "choice", "rating", "correct"];

export function configureExport(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .addOption(
      new Option("--form <form>", "what people are asked; the suite's `human.form`, or pairwise").choices(FORMS),
    )
    .option("-n, --sample <number>", "items to draw; the suite's `human.sample`, or 100", wholeNumber("--sample"))
    .option("--stratify <column...>", "slice columns whose values are all to be seen")
    .option("--task <task...>", "draw from these tasks")
    .option("--checkpoint <checkpoint...>", "judge these checkpoints' answers; by default the one to ship and the last")
    .option("--at-least <number>", "draw at least so many of each slice; 5 by default", wholeNumber("--at-least"))
    .addOption(
      new Option("--prefer <what>", "look more closely at samples on which checkpoints disagree").choices([
        "disagreement",
      ]),
    )
    .option("--queue", "ask about the samples that were picked in `evalh tui` instead of drawing some")
    .option("--repeat <share>", "show this share of the items twice; 0.1 by default", share("--repeat", 0.5))
    .option("--gold <file>", "JSON Lines of items with a known answer: prompt, answers, expected")
    .option("--guidelines <file>", "text that raters are shown")
    .option("--no-reference", "do not show the accepted answer")
    .option("--seed <number>", "decides which items are drawn; the run's seed by default", wholeNumber("--seed"))
    .addOption(new Option("-f, --format <format...>", "files to write").choices(formatNames).default(["html"]))
    .option("-o, --output <stem>", "begin file names with this; human-<sheet> by default")
    .option("--dry-run", "say what would be drawn and what it can show; write nothing")
    .option("--json", "print one JSON document")
    .action((wanted: string, options: Options) => exportSheet(wanted, options, io));
}

/** What was drawn, for people and as JSON. */
interface Plan {
  readonly sheet: string | null;
  readonly form: HumanForm;
  readonly items: number;
  readonly drawn: number;
  readonly of: number;
  readonly checkpoints: readonly string[];
  /** Checkpoints or pairs that the items are shared out among. */
  readonly groups: number;
  /** Asked of each stratum. */
  readonly least: number;
  readonly strata: readonly Allotment[];
  readonly identical: readonly { readonly checkpoints: readonly string[]; readonly samples: number }[];
  readonly files: readonly string[];
  readonly key: string | null;
}

async function exportSheet(wanted: string, options: Options, io: CliIo): Promise<void> {
  const data = await readRun(await findRun(wanted));
  const comparison = await buildComparison(data);
  const source = sampleSource(data);
  const settings = await sheetSettings(options, data.manifest.suite.file, comparison);
  const { form, tasks, stratify } = settings;
  const all = comparison.checkpoints.map(({ id }) => id);
  const chosen = chooseCheckpoints(comparison, options.checkpoint, form);
  const population = await populationOf(source.samples(), { form, tasks, stratify, all, chosen });
  const { candidates, identical } = options.queue === true ? await pickedOf(population, data.folder) : population;
  const seed = options.seed ?? data.manifest.seed;
  const n = options.queue === true ? candidates.length : settings.sample;
  const { atLeast: least, preferDisagreement: preferDisputed } = settings;
  const drawn = draw(candidates, { n, seed, least, preferDisputed });
  refuseNothing(drawn.length, identical);
  const guidelines = options.guidelines === undefined ? settings.guidelines : await readText(options.guidelines);
  const { sheet, key } = await makeSheet(drawn, source.samples(), {
    run: data.manifest.id,
    createdAt: new Date().toISOString(),
    form,
    seed,
    repeat: settings.repeat,
    gold: settings.gold === null ? [] : await readGold(settings.gold, form),
    showReference: options.reference,
    checkpoints: all,
    identical,
    isPicked: options.queue === true,
    ...(guidelines === null ? {} : { guidelines }),
  });
  const plan = {
    form,
    items: sheet.items.length,
    drawn: drawn.length,
    of: candidates.length,
    checkpoints: chosen,
    groups: new Set(drawn.map(({ group }) => group)).size,
    least: stratify.length === 0 ? 0 : least,
    strata: allotments(candidates, drawn),
    identical: identical.map(({ checkpoints, samples }) => ({ checkpoints, samples: samples.length })),
  };
  if (options.dryRun === true) return print({ ...plan, sheet: null, files: [], key: null }, options, io);
  const files: { path: string; text: string }[] = [];
  for (const name of options.format) {
    const written = (await formats[name]()).write(sheet);
    for (const { suffix, text } of written)
      files.push({ path: `${options.output ?? `human-${sheet.id}`}${suffix}`, text });
  }
  // The files first: where one is there already, the run keeps no sheet that nobody has.
  for (const { path, text } of files) await writeNew(path, text);
  await saveSheet(data.folder, sheet, key);
  const keyPath = relative(process.cwd(), humanFiles.key(data.folder, sheet.id));
  print({ ...plan, sheet: sheet.id, files: files.map(({ path }) => path), key: keyPath }, options, io);
}

/** What of a population was picked; equal answers to it are no ties of the run. */
async function pickedOf({ candidates }: Population, folder: string): Promise<Population> {
  const queue = await readQueue(folder);
  if (queue.length === 0) {
    throw new EvalhError("E_USAGE", "no sample was picked", {
      hint: "pick some in `evalh tui`: A in the sample browser",
    });
  }
  const isPicked = (each: Candidate): boolean =>
    queue.some(({ task, sample }) => each.task === task && each.sample === sample);
  return { candidates: candidates.filter(isPicked), identical: [] };
}

function listText(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

function print(plan: Plan, { json }: Options, { stdout }: CliIo): void {
  if (json === true) {
    stdout.write(`${JSON.stringify({ format: "evalh-human-export/1", ...plan }, null, 2)}\n`);
    return;
  }
  const { sheet, items, drawn, checkpoints, strata, least } = plan;
  const what = sheet === null ? "a sheet" : `sheet ${sheet}`;
  const lines = [
    `${what}: ${items} items (${drawn} new of ${plan.of}) of ${checkpoints.join(", ")}`,
    `  ${marginText(drawn, plan.form, plan.groups)}`,
  ];
  const short = strata.filter(({ drawn: n, of }) => n < Math.min(least, of)).length;
  const width = Math.max(...strata.map(({ stratum }) => stratum.length));
  if (strata.length > 1) {
    for (const { stratum, drawn: n, of } of strata) lines.push(`  ${stratum.padEnd(width)}  ${n} of ${of}`);
  }
  if (short > 0)
    lines.push(`  ${short} of ${strata.length} slices get fewer than ${least}: a larger --sample would do`);
  for (const { checkpoints: equal, samples } of plan.identical)
    lines.push(`  ${samples} samples on which ${listText(equal)} answer the same count as ties`);
  for (const path of plan.files) lines.push(`wrote ${path}`);
  if (plan.key === null) lines.push("nothing was written: leave out --dry-run to make it");
  else lines.push(`the key that tells whose answer is which stays in ${plan.key}: do not give it to raters`);
  stdout.write(`${lines.join("\n")}\n`);
}

function refuseNothing(drawn: number, identical: readonly Identical[]): void {
  if (drawn > 0) return;
  const hint = identical.length > 0 ? "the checkpoints give the same answer to every sample" : "no sample was answered";
  throw new EvalhError("E_USAGE", "there is nothing to judge", { hint });
}
