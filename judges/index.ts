import type { JudgeModule } from "../src/core/judge.ts";

/** Every judge by the name a suite calls it. Loaded when a suite uses it. */
export const judges = {
  accuracy: () => import("./accuracy.ts").then((m) => m.accuracy),
  balanced_accuracy: () => import("./balanced-accuracy.ts").then((m) => m.balancedAccuracy),
  bleu: () => import("./bleu.ts").then((m) => m.bleu),
  calibration: () => import("./calibration.ts").then((m) => m.calibration),
  chrf: () => import("./chrf.ts").then((m) => m.chrf),
  contains: () => import("./contains.ts").then((m) => m.contains),
  exact_match: () => import("./exact-match.ts").then((m) => m.exactMatch),
  f1: () => import("./f1.ts").then((m) => m.f1),
  human: () => import("./human.ts").then((m) => m.human),
  json_valid: () => import("./json-valid.ts").then((m) => m.jsonValid),
  kappa: () => import("./kappa.ts").then((m) => m.kappa),
  llm: () => import("./llm.ts").then((m) => m.llm),
  mcc: () => import("./mcc.ts").then((m) => m.mcc),
  meteor: () => import("./meteor.ts").then((m) => m.meteor),
  numeric: () => import("./numeric.ts").then((m) => m.numeric),
  pass_at_k: () => import("./pass-at-k.ts").then((m) => m.passAtKJudge),
  perplexity: () => import("./perplexity.ts").then((m) => m.perplexity),
  recorded: () => import("./recorded.ts").then((m) => m.recorded),
  regex: () => import("./regex.ts").then((m) => m.regex),
  rouge: () => import("./rouge.ts").then((m) => m.rouge),
  semantic_similarity: () => import("./semantic-similarity.ts").then((m) => m.semanticSimilarity),
  ter: () => import("./ter.ts").then((m) => m.ter),
  token_f1: () => import("./token-f1.ts").then((m) => m.tokenF1),
  wer: () => import("./wer.ts").then((m) => m.wer),
} satisfies Record<string, () => Promise<JudgeModule>>;

export type JudgeName = keyof typeof judges;

export const judgeNames = Object.keys(judges) as readonly JudgeName[];
