import { oneOf, PERCENT_PATTERN, SLICE_PATTERN, text, texts, type Schema } from "./parts.ts";

/** The schema of `human`. */
export const humanSchema: Schema = {
  type: "object",
  required: ["sample"],
  additionalProperties: false,
  description: "Answers that people are to judge.",
  properties: {
    sample: { type: "integer", minimum: 1, description: "Number of items to draw." },
    stratify: texts("Columns whose values are all to be seen."),
    form: oneOf(
      ["pairwise", "choice", "rating", "correct"],
      "Which of two answers is better, which of several is the best, points for one, or whether one is correct.",
    ),
    tasks: texts("Tasks to draw from; by default those that generate text.", { minItems: 1 }),
    repeat: {
      type: "number",
      minimum: 0,
      maximum: 0.5,
      default: 0.1,
      description: "Share of items shown twice, to see how steady the raters are.",
    },
    at_least: { type: "integer", minimum: 0, default: 5, description: "Draw at least so many of each slice." },
    prefer: {
      type: "string",
      enum: ["disagreement"],
      description: "Look more closely at samples on which the checkpoints disagree.",
    },
    gold: text("JSON Lines of items with a known answer: prompt, answers, expected."),
    guidelines: text("What raters are told instead of our own words."),
  },
};

/** The schema of one gate. */
export const gateSchema: Schema = {
  type: "object",
  required: ["metric"],
  additionalProperties: false,
  properties: {
    metric: text("task/metric, overfit, failure_rate, latency, latency_p95 (these also as task/…), memory or energy."),
    mode: oneOf(
      ["regression", "noninferior", "threshold"],
      "Fail if it became worse, significantly; pass only if that is ruled out; bound the value itself.",
    ),
    max_drop: {
      type: ["number", "string"],
      minimum: 0,
      pattern: PERCENT_PATTERN,
      default: 0,
      description:
        "How much worse than the baseline is let pass, in the metric's unit; for latency, memory and energy also in percent of the baseline's value: \"10%\".",
    },
    allow_different: {
      type: "boolean",
      description: "Latency, memory and energy: compare runs of other machines, backends or loads, too.",
    },
    min: { type: "number", description: "Smallest value, with mode threshold." },
    max: { type: "number", description: "Largest value, with mode threshold." },
    severity: oneOf(["error", "warn"], "Whether failing it fails the run."),
    min_n: { type: "integer", minimum: 1, default: 1, description: "With fewer samples the gate is inconclusive." },
    alpha: {
      type: "number",
      exclusiveMinimum: 0,
      maximum: 0.5,
      description: "Level of significance; the suite's by default.",
    },
    perturbation: text("Look at the scores under this perturbation of the task; drops are from its clean scores."),
    slice: { type: "string", pattern: SLICE_PATTERN, description: "Only samples with this value, as column=value." },
  },
};
