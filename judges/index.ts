import type { JudgeModule } from "../src/core/judge.ts";

/** Every judge by the name a suite calls it. Loaded when a suite uses it. */
export const judges = {
  accuracy: () => import("./accuracy.ts").then((m) => m.accuracy),
  exact_match: () => import("./exact-match.ts").then((m) => m.exactMatch),
  f1: () => import("./f1.ts").then((m) => m.f1),
  rouge: () => import("./rouge.ts").then((m) => m.rouge),
} satisfies Record<string, () => Promise<JudgeModule>>;

export type JudgeName = keyof typeof judges;

export const judgeNames = Object.keys(judges) as readonly JudgeName[];
