import { readFileSync } from "node:fs";

/** Computes what a golden case expects from its input and parameters; may return a promise of it. */
export type GoldenFunction = (input: unknown, params: Readonly<Record<string, unknown>>) => unknown;

/** One case: the reference's output for one input. */
export interface GoldenCase {
  readonly id: string;
  /** Name of the function under test, for example "bleu.corpus". */
  readonly fn: string;
  /** References to texts already resolved. */
  readonly input: unknown;
  readonly params: Readonly<Record<string, unknown>>;
  /** Only the keys named here are compared. */
  readonly expected: unknown;
  /** Another answer that is also right, compared at 1e-9. */
  readonly alt?: unknown;
  /** Relative tolerance by the name of the nearest key. */
  readonly tol?: Readonly<Record<string, number>>;
}

/** Relative tolerance of numbers without one of their own; differences below 1e-12 always pass. */
const TOLERANCE = 1e-9;
const ABSOLUTE = 1e-12;

/** Reads a file of format evalh-metrics-golden/1. */
export function readGoldenFile(path: string): readonly GoldenCase[] {
  const file = JSON.parse(readFileSync(path, "utf8")) as {
    format?: unknown;
    texts?: unknown;
    cases?: readonly GoldenCase[];
  };
  if (file.format !== "evalh-metrics-golden/1" || file.cases === undefined) {
    throw new Error(`${path}: not a golden file of format evalh-metrics-golden/1`);
  }
  return file.cases.map((one) => Object.assign(one, { input: resolved(one.input, file.texts) }));
}

/** What is wrong with an output, one line a difference; empty if it matches `expected`, or `alt` where there is one. */
export function differences(one: GoldenCase, output: unknown): readonly string[] {
  const found = compare({ expected: one.expected, actual: output, key: "", at: "" }, one.tol ?? {});
  if (found.length === 0 || one.alt === undefined) return found;
  const other = compare({ expected: one.alt, actual: output, key: "", at: "" }, {});
  return other.length === 0 ? other : found;
}

/** `{"$text": "a.b.0"}` stands for a part of the file's texts. */
function resolved(value: unknown, texts: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, texts));
  if (!isRecord(value)) return value;
  const path = value["$text"];
  if (typeof path === "string") {
    return path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], texts);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, texts)]));
}

interface Comparison {
  readonly expected: unknown;
  readonly actual: unknown;
  /** Name of the nearest key above, which chooses the tolerance. */
  readonly key: string;
  readonly at: string;
}

type Tolerances = Readonly<Record<string, number>>;

function compare(one: Comparison, tolerances: Tolerances): readonly string[] {
  const { expected, actual, key, at } = one;
  const number = asNumber(expected);
  if (number !== undefined) return compareNumbers(number, one, tolerances[key] ?? TOLERANCE);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      const got = Array.isArray(actual) ? `one of ${actual.length}` : JSON.stringify(actual);
      return [`${at}: expected an array of ${expected.length}, got ${got}`];
    }
    return expected.flatMap((item, i) =>
      compare({ expected: item, actual: actual[i], key, at: `${at}[${i}]` }, tolerances),
    );
  }
  if (isRecord(expected)) {
    if (!isRecord(actual)) return [`${at}: expected an object, got ${JSON.stringify(actual)}`];
    return Object.entries(expected).flatMap(([name, item]) =>
      compare({ expected: item, actual: actual[name], key: name, at: at === "" ? name : `${at}.${name}` }, tolerances),
    );
  }
  return expected === actual ? [] : [`${at}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
}

function compareNumbers(x: number, { actual, at }: Comparison, tolerance: number): readonly string[] {
  const y = asNumber(actual);
  if (y === undefined) return [`${at}: expected ${x}, got ${JSON.stringify(actual)}`];
  if (x === y || (Number.isNaN(x) && Number.isNaN(y))) return [];
  const distance = Math.abs(x - y);
  const size = Math.max(Math.abs(x), Math.abs(y));
  // Written so that a NaN or infinite distance fails.
  if (distance <= ABSOLUTE || distance <= tolerance * size) return [];
  return [`${at}: expected ${x}, got ${y} (relative ${(distance / size).toExponential(2)})`];
}

function asNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (value === "NaN") return Number.NaN;
  if (value === "Infinity") return Number.POSITIVE_INFINITY;
  return value === "-Infinity" ? Number.NEGATIVE_INFINITY : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
