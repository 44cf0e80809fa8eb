import { createHash } from "node:crypto";
import { join } from "node:path";

import type { Asker } from "../core/judge.ts";
import type { Suite } from "../suite/suite.ts";
import type { PerturbWorld } from "./perturber.ts";
import { openReplyCache } from "./reply-cache.ts";

/** Texts that models have rewritten are kept here, in the run's folder: a resumed run asks what was asked before. */
const TEXTS_FILE = "perturbed-texts.jsonl";

/** What perturbing a run's samples uses, with the models' replies kept in its folder. */
export interface OpenPerturbWorld extends PerturbWorld, AsyncDisposable {}

/**
 * Nothing is opened before a model is asked. Whoever resumes a run holds its lock.
 * @param notify told once before each model is first asked
 */
export function perturbWorld(
  suite: Pick<Suite, "seed" | "folder">,
  from: {
    readonly folder: string;
    readonly ask: PerturbWorld["ask"];
    readonly notify?: ((message: string) => void) | undefined;
  },
): OpenPerturbWorld {
  const resources = new AsyncDisposableStack();
  let texts: ReturnType<typeof openReplyCache> | null = null;
  const told = new Set<string>();
  const cached = async (model: string): Promise<Asker> => {
    texts ??= openReplyCache(join(from.folder, TEXTS_FILE)).then((cache) => resources.use(cache));
    const cache = await texts;
    return {
      async ask(question) {
        const key = createHash("sha256")
          .update(JSON.stringify([model, question.prompt]))
          .digest("base64url");
        const kept = await cache.get(key);
        if (kept !== null) return kept;
        if (!told.has(model)) from.notify?.(`asking ${model} to write samples in other words`);
        told.add(model);
        const asker = await from.ask?.(model);
        if (asker === undefined) throw new RangeError(`no model ${model}`);
        const { text, finish } = await asker.ask(question);
        const reply = { text, finish };
        if (question.isUsable(text)) await cache.put(key, reply);
        return reply;
      },
    };
  };
  return {
    seed: suite.seed,
    folder: suite.folder,
    ...(from.ask === undefined ? {} : { ask: cached }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
