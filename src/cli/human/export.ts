import { relative } from "node:path";

import { Option, type Command } from "commander";

import { buildComparison } from "../../compare/compare.ts";
import { readRun } from "../../compare/run-data.ts";
import { sampleSource } from "../../compare/sample-source.ts";
import { EvalhError } from "../../core/errors.ts";
import { draw } from "../../human/draw.ts";
import { formatNames, formats, type FormatName } from "../../human/format/index.ts";
import { makeSheet } from "../../human/make-sheet.ts";
import { marginText } from "../../human/margin.ts";
import { populationOf } from "../../human/population.ts";
import { verdicts } from "../../human/sheet.ts";
import { humanFiles, saveSheet, writeNew } from "../../human/store.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";
import type { CliIo } from "../io.ts";
import { readGold, readText } from "./gold.ts";
import { chooseCheckpoints, sheetSettings, type SheetChoice } from "./sheet-settings.ts";
import { wholeNumber } from "./whole-number.ts";

interface Options extends SheetChoice {
  readonly checkpoint?: readonly string[];
  readonly atLeast: number;
  readonly prefer?: "disagreement";
  readonly gold?: string;
  readonly guidelines?: string;
  readonly reference: boolean;
  readonly seed?: number;
  readonly format: readonly FormatName[];
  readonly output?: string;
}

export function configureExport(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .addOption(new Option("--form <form>", "what people are asked").choices(Object.keys(verdicts)))
    .option("-n, --sample <number>", "items to draw; the suite's `human.sample`, or 100", wholeNumber("--sample"))
    .option("--stratify <column...>", "slice columns whose values are all to be seen")
    .option("--task <task...>", "draw from these tasks")
    .option("--checkpoint <checkpoint...>", "judge these checkpoints' answers; by default the one to ship and the last")
    .option("--at-least <number>", "draw at least so many of each slice", wholeNumber("--at-least"), 5)
    .addOption(
      new Option("--prefer <what>", "look more closely at samples on which checkpoints disagree").choices([
        "disagreement",
      ]),
    )
    .option("--gold <file>", "JSON Lines of items with a known answer: prompt, answers, expected")
    .option("--guidelines <file>", "text that raters are shown")
    .option("--no-reference", "do not show the accepted answer")
    .option("--seed <number>", "decides which items are drawn; the run's seed by default", wholeNumber("--seed"))
    .addOption(new Option("-f, --format <format...>", "files to write").choices(formatNames).default(["html"]))
    .option("-o, --output <stem>", "begin file names with this; human-<sheet> by default")
    .action((wanted: string, options: Options) => exportSheet(wanted, options, io));
}

async function exportSheet(wanted: string, options: Options, io: CliIo): Promise<void> {
  const data = await readRun(await findRun(wanted));
  const comparison = await buildComparison(data);
  const source = sampleSource(data);
  const { form, tasks, stratify, sample, repeat } = await sheetSettings(options, data.manifest.suite.file, comparison);
  const all = comparison.checkpoints.map(({ id }) => id);
  const chosen = chooseCheckpoints(comparison, options.checkpoint, form);
  const { candidates, identical } = await populationOf(source.samples(), { form, tasks, stratify, all, chosen });
  const seed = options.seed ?? data.manifest.seed;
  const preferDisputed = options.prefer === "disagreement";
  const drawn = draw(candidates, { n: sample, seed, least: options.atLeast, preferDisputed });
  refuseNothing(drawn.length, identical.length);
  const { sheet, key } = await makeSheet(drawn, source.samples(), {
    run: data.manifest.id,
    form,
    seed,
    repeat,
    gold: options.gold === undefined ? [] : await readGold(options.gold, form),
    showReference: options.reference,
    checkpoints: all,
    identical,
    ...(options.guidelines === undefined ? {} : { guidelines: await readText(options.guidelines) }),
  });
  await saveSheet(data.folder, sheet, key);
  io.stdout.write(`sheet ${sheet.id}: ${sheet.items.length} items (${drawn.length} new) of ${chosen.join(", ")}\n`);
  io.stdout.write(`  ${marginText(drawn.length)}\n`);
  for (const { a, b, count } of identical) {
    io.stdout.write(`  ${count} samples on which ${a} and ${b} answer the same count as ties\n`);
  }
  for (const name of options.format) {
    for (const { suffix, text } of (await formats[name]()).write(sheet)) {
      const path = `${options.output ?? `human-${sheet.id}`}${suffix}`;
      await writeNew(path, text);
      io.stdout.write(`wrote ${path}\n`);
    }
  }
  const keyPath = relative(process.cwd(), humanFiles.key(data.folder, sheet.id));
  io.stdout.write(`the key that tells whose answer is which stays in ${keyPath}: do not give it to raters\n`);
}

function refuseNothing(drawn: number, identical: number): void {
  if (drawn > 0) return;
  const hint = identical > 0 ? "the checkpoints give the same answer to every sample" : "no sample was answered";
  throw new EvalhError("E_USAGE", "there is nothing to judge", { hint });
}
