import { EvalhError } from "../src/core/errors.ts";
import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeModule } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { readNumber } from "./answers/number.ts";
import { attemptWithReferences } from "./metric/attempt.ts";
import { proportionMetric } from "./metric/mean.ts";

type NumericStats = {
  /** Null where the output holds no number. */
  readonly predicted: number | null;
  readonly correct: boolean;
};

function create(options: JsonObject): Judge<NumericStats> {
  const which = options["which"] === "first" ? "first" : "last";
  const absolute = Number(options["absolute"] ?? 0);
  const relative = Number(options["relative"] ?? 0);
  const target = (reference: string): number => {
    const number = readNumber(reference, "last");
    if (number !== undefined) return number;
    throw new EvalhError("E_JUDGE", `The reference ${JSON.stringify(reference.slice(0, 80))} holds no number.`);
  };
  return {
    name: "numeric",
    version: "1",
    signature: signatureOf("numeric", { which, absolute, relative }),
    flags: (stats) => (stats.predicted === null ? ["not_extracted"] : []),
    metrics: [proportionMetric<NumericStats>({ name: "numeric" }, (stats) => stats.correct)],
    score: (completion, sample) =>
      attemptWithReferences(sample, () => {
        const targets = sample.references.map(target);
        const predicted = readNumber(completion.text, which) ?? null;
        const isClose = (wanted: number): boolean =>
          predicted !== null && Math.abs(predicted - wanted) <= Math.max(absolute, relative * Math.abs(wanted));
        return { predicted, correct: targets.some(isClose) };
      }),
  };
}

export const numeric: JudgeModule = {
  name: "numeric",
  summary: "Percentage of outputs whose last number equals the last number of a reference, within a tolerance.",
  reference: "The larger of the absolute tolerance and the relative one times the reference",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      which: { description: "Which number of the output is the answer.", enum: ["first", "last"], default: "last" },
      absolute: { description: "Largest difference allowed.", type: "number", minimum: 0, default: 0 },
      relative: {
        description: "Largest difference allowed, as a fraction of the reference.",
        type: "number",
        minimum: 0,
        default: 0,
      },
    },
  },
  example: {
    output: "3 crates of 412 kg make 1,236 kg.",
    references: ["#### 1236"],
    values: { numeric: 100 },
  },
  create,
};
