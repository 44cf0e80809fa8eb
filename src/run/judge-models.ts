import { join } from "node:path";

import type { Backend, BackendTarget } from "../core/backend.ts";
import { EvalhError } from "../core/errors.ts";
import type { Asker, JudgeContext } from "../core/judge.ts";
import { didYouMean } from "../core/near-name.ts";
import type { Suite } from "../suite/suite.ts";
import { askerOf, type AskerOptions } from "./asker.ts";
import { targetOf, type PlannedCheckpoint } from "./plan.ts";
import { openReplyCache, type ReplyCache } from "./reply-cache.ts";
import { resolveCheckpoints } from "./resolve-checkpoints.ts";
import { storedAnswers } from "./stored-answers.ts";

/** Replies are kept here, in the run's folder. */
const CACHE_FILE = "judge-cache.jsonl";

type JudgeSuite = Pick<Suite, "judgeModels" | "file">;

export interface JudgeModelOptions {
  /** Called when a model is first asked. */
  readonly suite: () => JudgeSuite | Promise<JudgeSuite>;
  /** What backends may have of the user's environment. */
  readonly world?: Pick<BackendTarget, "secret" | "allowCommands">;
}

/** The run whose answers are judged. */
export interface JudgedRun {
  readonly folder: string;
  /** Ids of its checkpoints. */
  readonly checkpoints: readonly string[];
  /** Gives up what is in flight. */
  readonly abort?: AbortSignal;
}

/** What judges need of the world: models to ask, and other checkpoints' answers. Nothing starts before it is needed. */
export interface JudgeModels extends AsyncDisposable {
  readonly context: Required<Pick<JudgeContext, "ask" | "storedAnswer">>;
  /** Says where answers lie and replies are kept; without it there are none and nothing is kept. */
  attach(run: JudgedRun): void;
}

export function judgeModels(options: JudgeModelOptions): JudgeModels {
  const resources = new AsyncDisposableStack();
  const askers = new Map<string, Promise<Asker>>();
  const giveUp = new AbortController();
  let run: JudgedRun | null = null;
  let cache: Promise<ReplyCache> | null = null;
  let answers: ReturnType<typeof storedAnswers> | null = null;

  /** Opened when something is asked: most runs have no judge that asks. */
  const openCache = async ({ folder }: JudgedRun): Promise<ReplyCache> =>
    resources.use(await openReplyCache(join(folder, CACHE_FILE)));
  const kept = async (): Promise<ReplyCache | null> => (run === null ? null : await (cache ??= openCache(run)));
  // A model may be asked to rewrite samples before there is a run, and to judge in it: the run is looked for each time.
  const replies: AskerOptions["cache"] = {
    get: async (key) => (await (await kept())?.get(key)) ?? null,
    put: async (key, reply) => (await kept())?.put(key, reply),
  };
  const open = async (name: string): Promise<Asker> => {
    const planned = await findModel(await options.suite(), name);
    const { signal } = giveUp;
    const backend = resources.use(await startModel(planned, options.world ?? {}, { signal }));
    const { digest, path } = planned.checkpoint;
    const identity = `${name} ${digest ?? path} ${backend.name} ${backend.version}`;
    return askerOf(backend, { name, identity, signal, cache: replies });
  };
  return {
    context: {
      ask(name) {
        const asker = askers.get(name) ?? open(name);
        askers.set(name, asker);
        return asker;
      },
      async storedAnswer(checkpoint, sampleId, origin) {
        if (run === null) return null;
        const id = run.checkpoints.find((each) => each === checkpoint || each.endsWith(`/${checkpoint}`));
        if (id === undefined) {
          throw new EvalhError("E_JUDGE", `there is no checkpoint "${checkpoint}" to compare with`, {
            hint: didYouMean(checkpoint, run.checkpoints) ?? `the run has ${run.checkpoints.join(", ")}`,
          });
        }
        answers ??= resources.use(storedAnswers(run.folder));
        return answers.find(id, sampleId, origin);
      },
    },
    attach(attached) {
      run = attached;
      const { abort } = attached;
      if (abort?.aborted === true) giveUp.abort();
      abort?.addEventListener("abort", () => giveUp.abort(), { once: true });
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** "name" for a model with one checkpoint, "name/checkpoint" for one of several. */
async function findModel(suite: JudgeSuite, wanted: string): Promise<PlannedCheckpoint> {
  const [name = ""] = wanted.split("/", 1);
  const model = suite.judgeModels.find((each) => each.name === name);
  if (model === undefined) {
    throw new EvalhError("E_JUDGE", `there is no model "${wanted}" to judge`, {
      place: { file: suite.file },
      hint: "list it under `judge_models`",
    });
  }
  const { checkpoints } = await resolveCheckpoints({ file: suite.file, models: [model] });
  const fits = checkpoints.filter(({ checkpoint }) => name === wanted || checkpoint.id === wanted);
  const [found, second] = fits;
  if (found !== undefined && second === undefined) return found;
  const ids = checkpoints.map(({ checkpoint }) => checkpoint.id).join(", ");
  const message = found === undefined ? `there is no "${wanted}"` : `"${wanted}" has several checkpoints`;
  throw new EvalhError("E_JUDGE", `${message}: which one judges?`, { hint: `there are ${ids}` });
}

async function startModel(
  { backend, checkpoint, model }: PlannedCheckpoint,
  world: NonNullable<JudgeModelOptions["world"]>,
  { signal }: { readonly signal: AbortSignal },
): Promise<Backend> {
  const started = await backend.create({ ...world, ...targetOf({ checkpoint, model }) }, signal);
  if (started.capabilities.generate) return started;
  await started[Symbol.asyncDispose]();
  throw new EvalhError("E_JUDGE", `${model.name} cannot write text, which a judge must`);
}
