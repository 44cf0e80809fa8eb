import { EvalhError, messageOf } from "../core/errors.ts";

// Strings are matched first, so that a NaN inside one is left alone.
const BARE = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * Parses JSON in which Python has written bare NaN, Infinity or -Infinity; they arrive as the strings "NaN",
 * "Infinity" and "-Infinity", which {@link numberOf} understands.
 * @throws SyntaxError for everything else that JSON forbids
 */
export function parseLooseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const quoted = text.replaceAll(BARE, (token) => (token.startsWith('"') ? token : `"${token}"`));
    if (quoted === text) throw error;
    return JSON.parse(quoted) as unknown;
  }
}

/** Like {@link parseLooseJson} for a whole file: @throws EvalhError E_TRAINING_LOG that names it. */
export function parseJsonLog(text: string, file: string): unknown {
  try {
    return parseLooseJson(text);
  } catch (error) {
    throw new EvalhError("E_TRAINING_LOG", `${file} is not JSON: ${messageOf(error)}`, {
      place: { file },
      hint: "if the training is still running, the file was read while it was written: try again",
      cause: error,
    });
  }
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["+nan", Number.NaN],
  ["-nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["+inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
  ["+infinity", Number.POSITIVE_INFINITY],
  ["-infinity", Number.NEGATIVE_INFINITY],
]);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number that a logged value stands for, NaN and infinities included; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (NUMBER.test(text)) return Number(text);
  return SPECIAL.get(text.toLowerCase());
}
