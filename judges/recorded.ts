import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeModule, Metric } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { meanMetric, proportionMetric } from "./metric/mean.ts";

/** The number as it was given: a fraction where the metric is a percentage. */
type RecordedStats = number;

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/iu;

function create(options: JsonObject): Judge<RecordedStats> {
  const { proportion, ...rest } = options;
  const unit = options["unit"] === "number" ? "number" : "percent";
  const scale = unit === "percent" ? 100 : 1;
  const free = unit === "number" ? [-Infinity, Infinity] : [0, 1];
  const range = (options["range"] ?? free) as readonly [number, number];
  const isInRange = (value: number): boolean => value >= range[0] && value <= range[1];
  const named = { name: "recorded", higherIsBetter: options["higher_is_better"] !== false, unit } as const;
  const shown = [range[0] * scale, range[1] * scale] as const;
  const mean = meanMetric<RecordedStats>({ ...named, range: shown }, (value) => value);
  const metric =
    proportion === true
      ? { ...proportionMetric<RecordedStats>(named, (value) => value === 1), higherIsBetter: named.higherIsBetter }
      : typeof options["samples"] === "number"
        ? totalMetric(mean, options["samples"])
        : mean;
  return {
    name: "recorded",
    version: "1",
    // Whether all numbers happen to be 0 or 1 differs from run to run without making them another metric.
    signature: signatureOf("recorded", rest),
    metrics: [metric],
    score: ({ text }) => {
      const trimmed = text.trim();
      // Adding 0 turns -0 into 0, which JSON keeps.
      const value = NUMBER.test(trimmed) ? Number(trimmed) + 0 : Number.NaN;
      if (Number.isFinite(value) && isInRange(value)) return { kind: "scored", stats: value };
      const message = `the output is no number from ${range[0]} to ${range[1]}`;
      return { kind: "failed", error: { code: "E_JUDGE", message } };
    },
  };
}

/** A metric whose numbers are themselves means over so many samples, 0 where that is not known. */
function totalMetric(mean: Metric<RecordedStats>, samples: number): Metric<RecordedStats> {
  const isBounded = mean.range.every(Number.isFinite);
  const total = { of: samples > 0 && isBounded ? samples : null, range: mean.range };
  return { ...mean, sufficient: (stats) => ({ ...mean.sufficient(stats), total }) };
}

export const recorded: JudgeModule = {
  name: "recorded",
  summary: "A score that somebody else gave: the number that the output itself is, or that `evalh import` found.",
  reference: "the program that gave it, as its `source` says",
  needsReferences: false,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      unit: {
        description: "percent: the number is a fraction and shown times 100.",
        enum: ["percent", "number"],
        default: "percent",
      },
      range: {
        description: "Smallest and largest number possible: 0 and 1 for percent, none for number.",
        type: "array",
        items: { type: "number" },
        minItems: 2,
        maxItems: 2,
      },
      higher_is_better: { description: "Whether more is better.", type: "boolean", default: true },
      proportion: { description: "Every number is 0 or 1: right or wrong.", type: "boolean", default: false },
      samples: {
        description:
          "Each number is itself the mean of sample scores over so many samples; 0 where that is not known, or it is no mean.",
        type: "integer",
        minimum: 0,
      },
      source: { description: "Where the number comes from.", type: "string" },
    },
  },
  example: { output: " 0.75\n", references: [], values: { recorded: 75 } },
  create,
};
