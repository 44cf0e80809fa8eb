import type { ResultReader } from "./imported.ts";

/** Every reader of another program's results, by the name that `--from` takes. Loaded when there is something to read. */
export const resultReaders = {
  "lm-eval": () => import("./lm-eval.ts").then((m) => m.lmEval),
  inspect: () => import("./inspect.ts").then((m) => m.inspect),
  wandb: () => import("./wandb-table.ts").then((m) => m.wandbTable),
  "wandb-runs": () => import("./wandb-runs.ts").then((m) => m.wandbRuns),
  "hf-trainer": () => import("./hf-trainer.ts").then((m) => m.hfTrainer),
  promptfoo: () => import("./promptfoo.ts").then((m) => m.promptfoo),
} satisfies Record<string, () => Promise<ResultReader>>;

export type ResultFormat = keyof typeof resultReaders;

export const resultFormats = Object.keys(resultReaders) as readonly ResultFormat[];
