import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";

/** More answers than any run has: a file that claims them was made to exhaust memory. */
const MOST_SLOTS = 100_000_000;

type Problem = string | null;

/**
 * What keeps a parsed file from being read as a baseline, or null. A baseline is committed and merged by hand: what the
 * code relies on is looked at, no more.
 */
export function baselineProblem(value: JsonObject): Problem {
  const missing = (["suite", "run", "checkpoint", "estimates"] as const).find((part) => !isJsonObject(value[part]));
  if (missing !== undefined) return `it has no ${missing}`;
  if (typeof member(value["suite"], "name") !== "string") return "its suite has no name";
  if (typeof member(value["checkpoint"], "id") !== "string") return "its checkpoint has no id";
  if (!Array.isArray(value["units"]) || !Array.isArray(value["accepted"])) return "it has no units";
  return (
    first(value["units"], unitProblem) ??
    first(Object.values(value["estimates"] as JsonObject), estimateProblem) ??
    first(value["accepted"], acceptanceProblem) ??
    (value["measured"] === undefined ? null : measuredProblem(value["measured"]))
  );
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? value[key] : undefined;
}

function first(list: readonly JsonValue[], problemOf: (item: JsonValue) => Problem): Problem {
  return list.map(problemOf).find((problem) => problem !== null) ?? null;
}

function unitProblem(unit: JsonValue): Problem {
  if (!isJsonObject(unit) || typeof unit["task"] !== "string" || typeof unit["split"] !== "string") {
    return "one of its units has no task";
  }
  const { task, n, repeats, judges } = unit;
  const isSound = isCount(n) && isCount(repeats) && Number(n) * Number(repeats) <= MOST_SLOTS;
  if (!isSound) return `its task "${task}" has no sound number of samples`;
  if (!Array.isArray(judges)) return `its task "${task}" has no judges`;
  const faulty = judges.find((judge) => {
    const isNamed = ["name", "module", "version"].every((key) => typeof member(judge, key) === "string");
    return !isNamed || !isJsonObject(member(judge, "options")) || !isPacked(member(judge, "stats"));
  });
  return faulty === undefined ? null : `a judge of its task "${task}" is not whole`;
}

function isCount(value: JsonValue | undefined): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function isPacked(value: JsonValue | undefined): boolean {
  return typeof member(value, "data") === "string" && typeof member(value, "sha256") === "string";
}

function estimateProblem(estimate: JsonValue): Problem {
  const isSound = ["value", "n", "lo", "hi"].every((key) => typeof member(estimate, key) === "number");
  return isSound ? null : "one of its estimates is not whole";
}

function acceptanceProblem(accepted: JsonValue): Problem {
  const isSound = ["at", "reason"].every((key) => typeof member(accepted, key) === "string");
  return isSound && Array.isArray(member(accepted, "worse")) ? null : "one of its acceptances is not whole";
}

function measuredProblem(measured: JsonValue): Problem {
  const runs = member(measured, "runs");
  if (!isJsonObject(member(measured, "conditions")) || !Array.isArray(runs) || runs.length === 0) {
    return "what was measured is not whole";
  }
  const isFigure = (value: JsonValue | undefined): boolean => value === null || typeof value === "number";
  const isRun = (run: JsonValue): boolean => {
    const answers = member(run, "answers");
    return (
      typeof member(run, "id") === "string" &&
      isFigure(member(run, "memory")) &&
      isFigure(member(run, "energy")) &&
      isJsonObject(answers) &&
      Object.values(answers).every(isPacked)
    );
  };
  return runs.every(isRun) ? null : "one of its measured runs is not whole";
}
