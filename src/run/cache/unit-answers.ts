import type { Backend } from "../../core/backend.ts";
import type { Ask } from "../ask.ts";
import type { PlannedCheckpoint } from "../plan.ts";
import type { Unit } from "../unit-runner.ts";
import { openAnswerStore } from "./answer-store.ts";
import { cachedAsk, type CacheCount } from "./cached-ask.ts";
import { isSelfContained, scopeOf } from "./scope.ts";

/** How a run uses what is already known. */
export interface CacheOptions {
  /** Folder of the answers of all runs. */
  readonly root: string;
  /** Bytes it may have when the run ends. */
  readonly limit: number;
  /** Keeps answers of models whose weights cannot be seen, too: of servers and of users' programs. */
  readonly keepsServed: boolean;
  readonly evalh: string;
}

/** One checkpoint's known answers to one unit. */
export interface UnitAnswers extends AsyncDisposable {
  /** The same way of asking, that asks only what is not known. */
  remember(ask: Ask): Ask;
}

interface Asked {
  readonly planned: PlannedCheckpoint;
  readonly backend: Backend;
  readonly unit: Unit;
  readonly count: CacheCount;
  readonly onProblem: (message: string) => void;
}

export async function openUnitAnswers(options: CacheOptions, asked: Asked): Promise<UnitAnswers> {
  const { planned, backend, unit, count, onProblem } = asked;
  const { task, info } = unit;
  const isKept = (isSelfContained(planned) && backend.isOpaque !== true) || options.keepsServed;
  const scope = scopeOf({ planned, backend, task, evalh: options.evalh });
  const store = isKept ? await openAnswerStore(options.root, scope, { most: options.limit, onProblem }) : null;
  return {
    remember: (ask) => cachedAsk(ask, { task, seedBase: info.digest, store, repeats: info.repeated !== 0, count }),
    [Symbol.asyncDispose]: async () => store?.[Symbol.asyncDispose](),
  };
}
