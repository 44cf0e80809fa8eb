/** The library: what a program needs to evaluate, compare and judge without the command line. */
export { EvalhError, type ErrorCode } from "./core/errors.ts";
export type { Backend, BackendModule } from "./core/backend.ts";
export type { Checkpoint } from "./core/checkpoint.ts";
export type { Completion } from "./core/completion.ts";
export type { Estimate } from "./core/estimate.ts";
export type { Judge, JudgeModule, Metric, Score } from "./core/judge.ts";
export type { Sample } from "./core/sample.ts";
export type { TrainingLog, TrainingPoint } from "./core/series.ts";
export type { Diagnosis } from "./core/verdict.ts";
export type { Comparison, SampleSource, SampleView, Verdict } from "./compare/comparison.ts";
export { compareRun } from "./compare/compare.ts";
export { diagnose } from "./stats/generalisation.ts";
export { estimate } from "./stats/estimate.ts";
export { pairedDifference } from "./stats/paired.ts";
export { loadSuite } from "./suite/load.ts";
export { judges } from "../judges/index.ts";
