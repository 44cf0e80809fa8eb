import type { GenerateOptions } from "../core/backend.ts";
import { readItems } from "../run/items.ts";
import type { UnitInfo } from "../run/store/records.ts";
import type { RunData } from "./run-data.ts";
import { unitKey } from "./shard-scan.ts";

/** A checkpoint of a run, as far as it decides how prompts were asked. */
interface AskedSide {
  readonly data: RunData;
  /** Id of the checkpoint. */
  readonly checkpoint: string;
}

/**
 * In what two checkpoints were asked differently although their samples are the same: tokenizer, chat template, stop
 * strings and the other settings of generation. What one of the runs does not tell counts as alike.
 *
 * @param units of the second run that both have
 * @returns reasons in words, empty where nothing is known to differ
 */
export function askedDifferently(before: AskedSide, after: AskedSide, units: readonly UnitInfo[]): string[] {
  return [...promptingReasons(before, after), ...units.flatMap((unit) => settingReasons(before.data, unit))];
}

function promptingReasons(before: AskedSide, after: AskedSide): string[] {
  const [a, b] = [before, after].map(
    ({ data, checkpoint }) => data.checkpoints.find(({ id }) => id === checkpoint)?.prompting,
  );
  const differs = (name: "tokenizer" | "template"): boolean => {
    const [one, other] = [a?.[name] ?? null, b?.[name] ?? null];
    return one !== null && other !== null && one !== other;
  };
  return [
    ...(differs("tokenizer") ? ["the checkpoints have different tokenizers"] : []),
    ...(differs("template") ? ["their prompts go through different chat templates"] : []),
  ];
}

/** Settings by the names that suites use. */
const SETTINGS: Readonly<Record<string, keyof GenerateOptions>> = {
  stop: "stop",
  max_tokens: "maxTokens",
  temperature: "temperature",
  top_p: "topP",
  top_k: "topK",
};

function settingReasons(before: RunData, unit: UnitInfo): string[] {
  const other = before.manifest.units.find((each) => unitKey(each) === unitKey(unit));
  if (other?.generate === undefined || unit.generate === undefined || !writesText(unit) || !writesText(other))
    return [];
  const { generate: now } = unit;
  const { generate: then } = other;
  return Object.entries(SETTINGS).flatMap(([name, key]) => {
    const [a, b] = [JSON.stringify(then[key]), JSON.stringify(now[key])];
    return a === b ? [] : [`task "${unit.task}" had ${name} ${a}, then ${b}`];
  });
}

function writesText({ kind, scoring }: UnitInfo): boolean {
  return kind === "generate" || (kind === "choice" && scoring === "generate");
}

/** True if two runs asked a unit's samples in the same order, whatever their prompts. */
export async function haveSameSamples(before: RunData, after: RunData, unit: UnitInfo): Promise<boolean> {
  const others = readItems(before.folder, unit);
  for await (const { id } of readItems(after.folder, unit)) {
    const other = await others.next();
    if (other.done === true || other.value.id !== id) return false;
  }
  return (await others.next()).done === true;
}
