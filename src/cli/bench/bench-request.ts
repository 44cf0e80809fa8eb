import { EvalhError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Extent, ServiceLevel } from "../../load/load-plan.ts";
import {
  givenPrompts,
  promptsOfFile,
  syntheticPrompts,
  type PromptSource,
  type TokenRange,
} from "../../load/prompts.ts";
import type { LoadApi } from "../../load/target.ts";
import { readItems } from "../../run/items.ts";
import { cleanItems } from "../../run/render-items.ts";
import { findRun, readManifest } from "../../run/store/run-folder.ts";
import { loadSuite } from "../../suite/load.ts";
import type { Task } from "../../suite/suite.ts";
import { locateSuite } from "../locate-suite.ts";
import type { BenchMode } from "./stages-of.ts";

/** The flags of `evalh bench`. */
export interface BenchFlags {
  readonly mode?: BenchMode;
  readonly concurrency?: readonly number[];
  readonly rate?: readonly number[];
  readonly duration?: number;
  readonly requests?: number;
  readonly warmup?: Extent;
  readonly repeats: number;
  readonly slo?: ServiceLevel;
  readonly promptTokens?: TokenRange;
  readonly outputTokens?: number;
  readonly prompts?: string;
  readonly column?: string;
  readonly suite?: string;
  readonly task?: string;
  readonly run?: string;
  readonly api?: LoadApi;
  readonly model?: string;
  readonly stream: boolean;
  readonly promptField?: string;
  readonly body?: JsonObject;
  readonly apiKeyEnv?: string;
  readonly allowMetadataAddress?: true;
  readonly timeout: number;
  readonly seed: number;
  readonly log?: string;
  readonly json?: true;
  readonly quiet?: true;
}

const PROMPT_TOKENS: TokenRange = { lo: 256, hi: 256 };
const OUTPUT_TOKENS = 128;
const DURATION_MS = 10_000;

/** What is to be asked where. */
export interface BenchSubject {
  readonly url: string;
  readonly prompts: PromptSource;
  readonly maxTokens: number;
  readonly model: string | null;
  /** The run that the result belongs to. */
  readonly folder: string | null;
}

/**
 * Where to ask and what: the flags', or a run's own served model and samples.
 * @throws EvalhError E_USAGE, E_RUN_FOLDER, E_DATASET
 */
export async function subjectOf(url: string | undefined, flags: BenchFlags): Promise<BenchSubject> {
  const folder = flags.run === undefined ? null : await findRun(flags.run);
  const served = folder === null ? null : await servedBy(folder);
  const where = url ?? served?.url;
  if (where === undefined) {
    throw new EvalhError("E_USAGE", folder === null ? "which server?" : "the run has no served model", {
      hint: "name its address, for example `evalh bench http://localhost:8000/v1`",
    });
  }
  const { prompts, maxTokens } = await promptsFrom(flags, folder);
  return {
    url: where,
    prompts,
    maxTokens: flags.outputTokens ?? maxTokens,
    model: flags.model ?? served?.model ?? null,
    folder,
  };
}

async function servedBy(folder: string): Promise<{ url: string; model: string | null } | null> {
  const { checkpoints } = await readManifest(folder);
  const served = checkpoints.find(({ format }) => format === "served");
  if (served === undefined) return null;
  const name = served.id.slice(served.model.length + 1);
  return { url: served.path, model: name === "served" ? null : name };
}

interface Given {
  readonly prompts: PromptSource;
  readonly maxTokens: number;
}

async function promptsFrom(flags: BenchFlags, folder: string | null): Promise<Given> {
  const { prompts: file, suite, promptTokens, task: wanted } = flags;
  if ([file, suite, promptTokens].filter((each) => each !== undefined).length > 1) {
    throw new EvalhError("E_USAGE", "--prompts, --suite and --prompt-tokens each say what to ask; name one of them");
  }
  if (file !== undefined) {
    return { prompts: await givenPrompts(file, promptsOfFile(file, flags.column)), maxTokens: OUTPUT_TOKENS };
  }
  if (suite !== undefined) {
    const { name, tasks } = await loadSuite(await locateSuite(suite), { allowOutside: false });
    const task = oneOf(tasks, wanted, name);
    const texts = promptTexts(cleanItems(task, "test"));
    return { prompts: await givenPrompts(`${name}/${task.name}`, texts), maxTokens: task.generate.maxTokens };
  }
  if (folder === null || promptTokens !== undefined) {
    return { prompts: syntheticPrompts(promptTokens ?? PROMPT_TOKENS, flags.seed), maxTokens: OUTPUT_TOKENS };
  }
  const { units, suite: about } = await readManifest(folder);
  const tests = units.filter(({ split }) => split === "test").map((unit) => ({ ...unit, name: unit.task }));
  const unit = oneOf(tests, wanted, about.name);
  return {
    prompts: await givenPrompts(`${about.name}/${unit.task}`, promptTexts(readItems(folder, unit))),
    maxTokens: unit.generate?.maxTokens ?? OUTPUT_TOKENS,
  };
}

function oneOf<T extends Pick<Task, "name">>(tasks: readonly T[], wanted: string | undefined, suite: string): T {
  const found = wanted === undefined ? tasks[0] : tasks.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  throw new EvalhError("E_USAGE", `${suite} has no task "${wanted ?? ""}"`, {
    hint: `it has ${tasks.map(({ name }) => name).join(", ")}`,
  });
}

async function* promptTexts(items: AsyncIterable<{ readonly prompt: string }>): AsyncGenerator<string> {
  for await (const { prompt } of items) yield prompt;
}

/** How long a stage lasts: a tenth of it (a fifth of a time) comes before, as warm-up. */
export function extentsOf({ duration, requests, warmup }: BenchFlags): { length: Extent; warmup: Extent } {
  if (duration !== undefined && requests !== undefined) {
    throw new EvalhError("E_USAGE", "--duration and --requests each say how long a load lasts; name one of them");
  }
  if (requests !== undefined) {
    return { length: { requests }, warmup: warmup ?? { requests: Math.max(1, Math.ceil(requests / 10)) } };
  }
  const ms = duration ?? DURATION_MS;
  return { length: { ms }, warmup: warmup ?? { ms: ms / 5 } };
}
