import type { Command } from "commander";

import { EvalhError } from "../../core/errors.ts";
import type { CliIo } from "../io.ts";
import { flagsHelp, parseFlags, type Given } from "../sacrebleu/flags.ts";
import { makeMetrics, type Metric } from "../sacrebleu/measure.ts";
import type { Draws } from "../sacrebleu/resampling.ts";
import { severalSystems, type Format, type PairedTest } from "../sacrebleu/several-systems.ts";
import { sentenceLevel, singleSystem, type Style } from "../sacrebleu/single-system.ts";
import { readStreams, type Streams } from "../sacrebleu/streams.ts";
import type { CommandContext } from "./index.ts";

/** sacrebleu's, unless SACREBLEU_SEED names another. */
const SEED = 12345;
/** Lines that end in " ." from which text looks tokenized. */
const SUSPICIOUS = 100;

export function configure(command: Command, { io }: CommandContext): void {
  command
    .argument("[references-and-flags...]", "files of references, one segment a line, then flags")
    .allowUnknownOption()
    .addHelpText("after", flagsHelp())
    .addHelpText("after", "Example:\n  evalh sacrebleu reference.txt -i output.txt -m bleu chrf ter\n")
    .action(async (argv: readonly string[]) => {
      const given = parseFlags(argv);
      const mode = modeOf(given, io);
      const metrics = makeMetrics(given);
      if (given.has("sentenceLevel") && metrics.length > 1) {
        throw new EvalhError("E_USAGE", "--sentence-level takes one metric");
      }
      const streams = await readStreams(given);
      checkMode(given, streams);
      if (!given.has("quiet")) {
        for (const note of [...streams.notes, ...warnings(given, metrics, streams)]) io.stderr.write(`note: ${note}\n`);
      }
      io.stdout.write(output(given, { metrics, streams, mode }));
    });
}

interface Mode {
  readonly style: Style;
  readonly format: Format;
  readonly draws: Draws | null;
  readonly test: PairedTest | null;
}

function modeOf(given: Given, io: CliIo): Mode {
  const formats = ["json", "text", "latex"] as const;
  const forced = formats.find((format) => format === io.env["SACREBLEU_FORMAT"]?.toLowerCase());
  const format = forced ?? given.oneOf("format", formats) ?? "json";
  const seed = seedOf(io.env["SACREBLEU_SEED"]);
  if (given.has("pairedAr") && given.has("pairedBs")) {
    throw new EvalhError("E_USAGE", "--paired-ar and --paired-bs exclude each other");
  }
  const style = {
    width: given.number("width", 1),
    scoreOnly: given.has("scoreOnly"),
    short: given.has("short"),
    json: format === "json",
  };
  return {
    style,
    format,
    draws: given.has("confidence") ? { times: given.number("confidenceN", 1000, 1), seed } : null,
    test: given.has("pairedBs")
      ? { kind: "bs", times: given.number("pairedBsN", 1000, 1), seed }
      : given.has("pairedAr")
        ? { kind: "ar", times: given.number("pairedArN", 10_000, 1), seed }
        : null,
  };
}

function seedOf(text: string | undefined): number {
  if (text === undefined) return SEED;
  if (text.toLowerCase() === "none") return Math.floor(Math.random() * 2 ** 32);
  const seed = Number(text);
  if (Number.isInteger(seed) && seed >= 0) return seed;
  throw new EvalhError("E_USAGE", `SACREBLEU_SEED must be a whole number or none, not ${text}`);
}

function checkMode(given: Given, { systems }: Streams): void {
  const isPaired = given.has("pairedAr") || given.has("pairedBs");
  const wrong =
    systems.length > 1 && given.has("sentenceLevel")
      ? "--sentence-level takes one output"
      : given.has("sentenceLevel") && (given.has("confidence") || isPaired)
        ? "--sentence-level takes no tests"
        : systems.length === 1 && isPaired
          ? "a paired test needs several outputs: the first one is the baseline"
          : systems.length > 1 && given.has("confidence")
            ? "--confidence takes one output; compare several with --paired-ar or --paired-bs"
            : null;
  if (wrong !== null) throw new EvalhError("E_USAGE", wrong);
}

function warnings(given: Given, metrics: readonly Metric[], { systems }: Streams): string[] {
  if (given.has("force") || !metrics.some(({ name }) => name === "BLEU")) return [];
  return systems
    .filter(({ lines }) => lines.filter((line) => line.endsWith(" .")).length >= SUSPICIOUS)
    .map(
      ({ name }) => `${name} looks tokenized already (lines end in " ."), which changes BLEU; --force says it is not`,
    );
}

function output(
  given: Given,
  { metrics, streams, mode }: { readonly metrics: readonly Metric[]; readonly streams: Streams; readonly mode: Mode },
): string {
  const { style, format, draws, test } = mode;
  const [metric] = metrics;
  if (given.has("sentenceLevel") && metric !== undefined) return sentenceLevel(metric, streams, style);
  if (streams.systems.length === 1) {
    if (format === "latex") throw new EvalhError("E_USAGE", "the format latex is for several outputs");
    return singleSystem(metrics, streams, { style, draws });
  }
  return severalSystems(metrics, streams, { width: style.width, short: style.short, format, test });
}
