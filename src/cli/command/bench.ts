import { relative } from "node:path";

import { Option, type Command } from "commander";

import { paintLines } from "../../../reports/console/span.ts";
import { runBench, type BenchOptions } from "../../load/bench.ts";
import type { LoadResult } from "../../load/load-result.ts";
import { openEndpoint } from "../../load/open-pool.ts";
import { probe } from "../../load/probe.ts";
import { appendBench } from "../../run/bench-log.ts";
import { runFiles } from "../../run/store/run-folder.ts";
import { EvalhError } from "../../core/errors.ts";
import { benchProgress } from "../bench/bench-progress.ts";
import { extentsOf, subjectOf, type BenchFlags } from "../bench/bench-request.ts";
import { benchText } from "../bench/bench-text.ts";
import {
  parseCounts,
  parseDuration,
  parseExtent,
  parseFields,
  parsePositive,
  parseRates,
  parseServiceLevel,
  parseTokens,
} from "../bench/parse-flags.ts";
import { openRequestLog } from "../bench/request-log.ts";
import { MODES, stagesOf } from "../bench/stages-of.ts";
import { onInterrupt, type Interrupt } from "../interrupt.ts";
import { columnsOf, ExitCode, useColor, type CliIo } from "../io.ts";
import { version } from "../version.ts";
import type { CommandContext } from "./index.ts";

const TIMEOUT_MS = 300_000;

export function configure(command: Command, { io, finish }: CommandContext): void {
  command
    .argument("[url]", "the server, for example http://localhost:8000/v1; with --run, that of the run")
    .addOption(new Option("--mode <mode>", "how requests arrive (default: sweep, poisson with --rate)").choices(MODES))
    .option(
      "-c, --concurrency <list>",
      "requests at a time, for example 1,8,64 (default: doubled until saturated)",
      parseCounts,
    )
    .option("--rate <list>", "requests a second, for example 2,4,8", parseRates)
    .option("--duration <time>", "how long each load is measured (default: 10s)", parseDuration)
    .option("--requests <n>", "measure so many requests instead of a time", parsePositive)
    .option(
      "--warmup <time|n>",
      "time or requests before measuring (default: a fifth of the time, a tenth of the requests)",
      parseExtent,
    )
    .option("--repeats <n>", "how often the whole is measured; intervals are over repeats", parsePositive, 3)
    .option(
      "--slo <limits>",
      "count the requests within limits, for example ttft=200ms,itl=50ms,e2e=5s",
      parseServiceLevel,
    )
    .option(
      "--prompt-tokens <n>",
      "random prompts of so many tokens, or of a range 128-512 (default: 256)",
      parseTokens,
    )
    .option("--output-tokens <n>", "most tokens of an answer (default: 128, or the task's)", parsePositive)
    .option("--prompts <file>", "prompts from a JSONL, JSON, CSV or Parquet file")
    .option("--column <name>", "with --prompts: the column that holds them")
    .option("--suite <suite>", "prompts from a suite, as it asks them")
    .option("--task <name>", "with --suite or --run: which task (default: the first)")
    .option("--run <run>", "prompts of a run, and keep the result there: the run's report shows it")
    .addOption(new Option("--api <api>", "default: found out").choices(["chat", "completions", "generate"]))
    .option("--model <name>", "the name the server knows the model by (default: its first)")
    .option("--no-stream", "ask for whole answers: only their end is timed")
    .option("--prompt-field <name>", "with --api generate: where the server takes the prompt (default: found out)")
    .option("--body <json>", "further fields of every request", parseFields)
    .option("--api-key-env <name>", "the environment variable that holds the key")
    .option("--allow-metadata-address", "allow addresses like 169.254.169.254")
    .option("--timeout <time>", "most that an answer may take (default: 5min)", parseDuration, TIMEOUT_MS)
    .option("--seed <n>", "of prompts and arrivals", Number, 0)
    .option("--log <file>", "write a line of JSON for every request")
    .option("--json", "print one JSON document")
    .option("-q, --quiet", "no progress")
    .action(async (url: string | undefined, flags: BenchFlags) => {
      using interrupt = onInterrupt(io, "stopping; what was measured follows; once more stops at once");
      try {
        const measured = await bench(url, flags, { io, interrupt });
        finish(interrupt.exitCode() ?? measured);
      } catch (error) {
        // Stopped before anything was measured.
        const code = interrupt.exitCode();
        if (code === null) throw error;
        finish(code);
      }
    });
}

async function bench(
  url: string | undefined,
  flags: BenchFlags,
  { io, interrupt }: { readonly io: CliIo; readonly interrupt: Interrupt },
): Promise<number> {
  const options = { plan: stagesOf(flags), ...extentsOf(flags) };
  const { url: where, prompts, maxTokens, model, folder } = await subjectOf(url, flags);
  await using endpoint = await openEndpoint({
    url: where,
    headers: {},
    key: keyOf(flags.apiKeyEnv, io),
    allowMetadataAddress: flags.allowMetadataAddress === true,
  });
  const shared = { ...endpoint, timeout: flags.timeout };
  const probed = await probe({
    ...shared,
    api: flags.api ?? null,
    model,
    streams: flags.stream,
    maxTokens,
    promptField: flags.promptField ?? null,
    extra: flags.body ?? {},
    signal: interrupt.stop,
  });
  if (probed.counts !== null) prompts.calibrate(probed.counts.perWord, probed.counts.fixed);
  const { repeats } = flags;
  const { stages, stopsAtSaturation } = options.plan;
  await using log = flags.log === undefined ? null : await openRequestLog(flags.log);
  const result = await measure({
    io,
    quiet: flags.quiet === true,
    options: {
      ...shared,
      target: probed.target,
      prompts,
      stages,
      stopsAtSaturation,
      repeats,
      warmup: options.warmup,
      length: options.length,
      seed: flags.seed,
      level: flags.slo ?? null,
      evalh: version(),
      notes: probed.notes,
      stop: interrupt.stop,
      ...(log === null ? {} : { onRequest: log.add }),
    },
  });
  if (folder !== null && result.stages.length > 0) await appendBench(folder, result);
  show(result, io, flags.json === true);
  if (folder !== null)
    io.stderr.write(`kept in ${relative(process.cwd(), runFiles.bench(folder))}; \`evalh report\` shows it\n`);
  return exitCodeOf(result);
}

function keyOf(name: string | undefined, io: CliIo): string | undefined {
  if (name === undefined) return undefined;
  const key = io.env[name];
  if (key !== undefined && key !== "") return key;
  throw new EvalhError("E_USAGE", `the environment variable ${name}, which --api-key-env names, is not set`, {
    hint: `set it before: \`export ${name}=…\``,
  });
}

type Measurement = Omit<BenchOptions, "onStage" | "onStageEnd">;

async function measure({
  io,
  quiet,
  options,
}: {
  readonly io: CliIo;
  readonly quiet: boolean;
  readonly options: Measurement;
}): Promise<LoadResult> {
  const { stages, repeats, warmup, length, stopsAtSaturation } = options;
  using progress = benchProgress(
    io,
    { stages: stages.length, repeats, warmup, length, isFixed: !stopsAtSaturation },
    quiet,
  );
  // Awaited here: the progress ends with this function.
  const result = await runBench({
    ...options,
    onStage: (begun) => progress.begin(begun),
    onStageEnd: ({ stage, repeat }) => progress.end(stage, repeat),
  });
  return result;
}

function show(result: LoadResult, io: CliIo, isJson: boolean): void {
  if (isJson) {
    io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  if (result.stages.length === 0) return;
  io.stdout.write(paintLines(benchText(result, columnsOf(io, io.stdout)), useColor(io, io.stdout)));
}

/** A measurement in which nothing was answered is none. */
function exitCodeOf({ stages }: LoadResult): number {
  return stages.some(({ requests }) => requests.completed > 0) ? ExitCode.pass : ExitCode.incomplete;
}
