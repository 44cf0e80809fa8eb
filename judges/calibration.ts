import { EvalhError } from "../src/core/errors.ts";
import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeContext, JudgeModule, Metric } from "../src/core/judge.ts";
import { answerFinder, choiceLogprobs, choicesOf, signatureOf } from "./answers/choice.ts";
import { type Binning, binEdges, binOf, binsOf, calibrationError } from "./calibration/bins.ts";
import { reliabilityCollector } from "./calibration/reliability.ts";
import { brier, logLoss, softmax } from "./calibration/scores.ts";
import { attemptWithReferences } from "./metric/attempt.ts";
import { meanMetric } from "./metric/mean.ts";

type CalibrationStats = {
  /** Probability given to the likeliest choice, 0..1. */
  readonly confidence: number;
  readonly correct: boolean;
  readonly brier: number;
  readonly logLoss: number;
};

const COLUMNS = 3;
const DEFAULT_BINS = 15;

function gapMetric(name: "ece" | "mce", bins: number, binning: Binning): Metric<CalibrationStats> {
  return {
    name,
    higherIsBetter: false,
    range: [0, 1],
    unit: "number",
    perSample: ({ confidence, correct }) => Math.abs((correct ? 1 : 0) - confidence),
    sufficient: (stats) => {
      // Cut once from all samples: resamples then differ in what lies in the bins, not in the bins.
      const edges = binEdges(
        binning,
        bins,
        stats.map(({ confidence }) => confidence),
      );
      const width = COLUMNS * edges.length;
      const rows = new Float64Array(stats.length * width);
      for (const [index, { confidence, correct }] of stats.entries()) {
        rows.set([1, correct ? 1 : 0, confidence], index * width + COLUMNS * binOf(edges, confidence));
      }
      const value = (sums: Float64Array): number => calibrationError(binsOf(sums))[name];
      return { n: stats.length, width, rows, proportion: false, mean: false, scale: 1, value };
    },
  };
}

function create(options: JsonObject, context: JudgeContext): Judge<CalibrationStats> {
  const find = answerFinder({}, context);
  const bins = Number(options["bins"] ?? DEFAULT_BINS);
  const binning = (options["binning"] ?? "width") as Binning;
  return {
    name: "calibration",
    version: "1",
    signature: signatureOf("guo2017", { bins, binning }),
    metrics: [
      gapMetric("ece", bins, binning),
      gapMetric("mce", bins, binning),
      meanMetric<CalibrationStats>(
        { name: "brier", unit: "number", range: [0, 2], higherIsBetter: false },
        (stats) => stats.brier,
      ),
      meanMetric<CalibrationStats>(
        { name: "log_loss", unit: "number", range: [0, logLoss(0)], higherIsBetter: false },
        (stats) => stats.logLoss,
      ),
    ],
    explain: ({ confidence }) => `${Math.round(100 * confidence)} % sure`,
    figure: () => reliabilityCollector(binning, bins),
    score: (completion, sample) =>
      attemptWithReferences(sample, () => {
        const choices = choicesOf(sample, context);
        const logprobs = choiceLogprobs(completion, choices);
        if (choices === undefined || logprobs === undefined) {
          throw new EvalhError("E_JUDGE", "calibration needs the log-probabilities of choices.", {
            hint: "Use it in a task of kind choice that is scored by log-probability.",
          });
        }
        const probabilities = softmax(logprobs);
        const { predicted, targets, correct } = find(completion, sample);
        const target = choices.indexOf(correct ? (predicted as string) : (targets[0] as string));
        return {
          confidence: Math.max(...probabilities),
          correct,
          brier: brier(probabilities, target),
          logLoss: logLoss(probabilities[target] as number),
        };
      }),
  };
}

export const calibration: JudgeModule = {
  name: "calibration",
  summary: "Whether a model is as sure of its choices as it is right: calibration errors, Brier score and log loss.",
  reference: "Guo et al. 2017 (ece, mce); lm_eval 0.4.13 brier_score; scikit-learn 1.9.1 log_loss",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      bins: {
        description: "Number of bins of confidence.",
        type: "integer",
        minimum: 1,
        maximum: 1000,
        default: DEFAULT_BINS,
      },
      binning: {
        description: "Bins of equal width, or with equally many samples.",
        enum: ["width", "mass"],
        default: "width",
      },
    },
  },
  example: {
    output: "yes",
    references: ["yes"],
    choices: ["yes", "no"],
    logprobs: [Math.log(0.6), Math.log(0.2)],
    values: { ece: 0.25, brier: 0.125 },
  },
  create,
};
