import { bleu } from "../../../judges/overlap/bleu.ts";
import { formatBleu, type SmoothMethod } from "../../../judges/overlap/bleu-score.ts";
import { chrf } from "../../../judges/overlap/chrf.ts";
import { visitSegments, type SegmentStatistics } from "../../../judges/overlap/corpus.ts";
import type { ReferenceCount, Signatures } from "../../../judges/overlap/signature.ts";
import { ter } from "../../../judges/overlap/ter.ts";
import { tokenizers, type TokenizerName } from "../../../judges/overlap/tokenizer/index.ts";
import { EvalhError } from "../../core/errors.ts";
import type { Sufficient } from "../../core/sufficient.ts";
import type { Given } from "./flags.ts";

export const metricNames = ["bleu", "chrf", "ter"] as const;
export type MetricName = (typeof metricNames)[number];

/** One of sacrebleu's metrics with the options of the command line. */
export interface Metric extends SegmentStatistics {
  /** As it is shown, for example "chrF2++". */
  readonly name: string;
  score(sums: Float64Array): number;
  signatures(references: ReferenceCount): Signatures;
  /** What is printed behind the score; empty for most. */
  details(sums: Float64Array): string;
}

/** The metrics that are asked for, in the order in which sacrebleu prints them. */
export function makeMetrics(given: Given): Metric[] {
  const wanted = given.list("metrics") ?? ["bleu"];
  const unknown = wanted.find((name) => !(metricNames as readonly string[]).includes(name));
  if (unknown !== undefined || wanted.length === 0) {
    throw new EvalhError("E_USAGE", `there is no metric ${JSON.stringify(unknown ?? "")}`, {
      hint: `there are ${metricNames.join(", ")}; \`evalh judges\` lists what suites can use`,
    });
  }
  return metricNames.filter((name) => wanted.includes(name)).map((name) => makers[name](given));
}

const makers: Readonly<Record<MetricName, (given: Given) => Metric>> = {
  bleu: makeBleu,
  chrf: makeChrf,
  ter: makeTer,
};

const TOKENIZER_OF: Readonly<Record<string, TokenizerName>> = { zh: "zh", ja: "ja-mecab" };
const SMOOTHING: readonly SmoothMethod[] = ["exp", "floor", "add-k", "none"];

function makeBleu(given: Given): Metric {
  const target = given.text("langpair")?.split("-")[1] ?? "";
  const smoothValue = given.text("smoothValue") === undefined ? undefined : given.number("smoothValue", 0);
  const metric = bleu({
    tokenize: given.oneOf("tokenize", Object.keys(tokenizers) as TokenizerName[]) ?? TOKENIZER_OF[target],
    smoothMethod: given.oneOf("smoothMethod", SMOOTHING),
    smoothValue,
    lowercase: given.has("lowercase"),
    effectiveOrder: given.has("sentenceLevel"),
  });
  return {
    ...metric,
    name: "BLEU",
    score: (sums) => metric.score(sums).score,
    // "BLEU = 35.94 92.9/63.6/…": what follows the score.
    details: (sums) => formatBleu(metric.score(sums)).split(" ").slice(3).join(" "),
  };
}

function makeChrf(given: Given): Metric {
  const metric = chrf({
    charOrder: given.number("chrfCharOrder", 6, 1),
    wordOrder: given.number("chrfWordOrder", 0),
    beta: given.number("chrfBeta", 2, 1),
    whitespace: given.has("chrfWhitespace"),
    lowercase: given.has("chrfLowercase"),
    epsSmoothing: given.has("chrfEpsSmoothing"),
  });
  return { ...metric, details: () => "" };
}

function makeTer(given: Given): Metric {
  const metric = ter({
    caseSensitive: given.has("terCaseSensitive"),
    asianSupport: given.has("terAsianSupport"),
    noPunct: given.has("terNoPunct"),
    normalized: given.has("terNormalized"),
  });
  return { ...metric, name: "TER", details: () => "" };
}

/** A metric's statistics for all segments of a system. */
export interface Measured {
  readonly metric: Metric;
  readonly statistics: Sufficient;
  readonly references: ReferenceCount;
}

export function measure(
  metric: Metric,
  hypotheses: readonly string[],
  lists: readonly (readonly string[])[],
): Measured {
  const { width } = metric;
  const rows = new Float64Array(hypotheses.length * width);
  let at = 0;
  const references = visitSegments(hypotheses, lists, (hypothesis, segment) => {
    metric.statistics(hypothesis, segment, rows.subarray(at, at + width));
    at += width;
  });
  const value = (sums: Float64Array): number => metric.score(sums);
  const shape = { proportion: false, mean: false, scale: 1, value };
  return { metric, references, statistics: { n: hypotheses.length, width, rows, ...shape } };
}

/** A signature with what was drawn at random, behind the number of references. */
export function signatureOf(
  { metric, references }: Measured,
  {
    isShort,
    drawn = [],
  }: { readonly isShort: boolean; readonly drawn?: readonly (readonly [string, string, string])[] },
): string {
  const { signature, shortSignature } = metric.signatures(references);
  const [first = "", ...rest] = (isShort ? shortSignature : signature).split("|");
  return [first, ...drawn.map(([name, brief, value]) => `${isShort ? brief : name}:${value}`), ...rest].join("|");
}
