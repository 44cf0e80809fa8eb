import { EvalhError } from "../../src/core/errors.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Judge, JudgeContext, Metric, MetricUnit } from "../../src/core/judge.ts";
import type { Sufficient } from "../../src/core/sufficient.ts";
import { attemptWithReferences } from "../metric/attempt.ts";
import { answerFinder } from "./choice.ts";
import type { ClassCounts } from "./class-counts.ts";
import { confusionCollector } from "./confusion-figure.ts";
import { countRows, labelsOf, type LabelStats } from "./label-rows.ts";

/** A longer answer is text, not a label, and would only fill the run's files. */
const MAX_LABEL = 256;

interface LabelMetricOptions {
  readonly name: string;
  readonly unit: MetricUnit;
  readonly range: readonly [number, number];
}

/** A metric of labels that is no mean of its samples. A sample's own score is whether it is right. */
export function labelMetric(
  options: LabelMetricOptions,
  sufficient: (stats: readonly LabelStats[]) => Pick<Sufficient, "width" | "rows" | "value">,
): Metric<LabelStats> {
  const right = options.unit === "percent" ? 100 : 1;
  return {
    ...options,
    higherIsBetter: true,
    perSample: ({ predicted, target }) => (predicted === target ? right : 0),
    sufficient: (stats) => ({ n: stats.length, proportion: false, mean: false, scale: right, ...sufficient(stats) }),
  };
}

/** A metric whose value follows from the counts of each class. The task's choices decide the order of labels. */
export function countMetric(
  options: LabelMetricOptions,
  context: JudgeContext,
  valueOf: (counts: ClassCounts, n: number) => number,
): Metric<LabelStats> {
  return labelMetric(options, (stats) => {
    const labels = context.choices ?? labelsOf(stats);
    return { width: 3 * labels.length, rows: countRows(stats, labels), value: valueOf };
  });
}

/** A judge that reads a label out of each output. */
export function labelJudge(
  identity: { readonly name: string; readonly signature: string; readonly metrics: readonly Metric<LabelStats>[] },
  options: JsonObject,
  context: JudgeContext,
): Judge<LabelStats> {
  const find = answerFinder(options, context);
  return {
    ...identity,
    version: "1",
    flags: (stats) => (stats.predicted === null ? ["not_extracted"] : []),
    explain: ({ predicted }) => (predicted === null ? "no label to read" : `read as ${predicted}`),
    figure: () => confusionCollector<LabelStats>(context.choices, ({ target, predicted }) => [target, predicted]),
    score: (completion, sample) =>
      attemptWithReferences(sample, () => {
        const { predicted, targets, correct } = find(completion, sample);
        const target = correct ? (predicted as string) : (targets[0] as string);
        if (target.length > MAX_LABEL) {
          throw new EvalhError("E_JUDGE", `A reference of ${target.length} characters is no label.`, {
            hint: "Judge free text with exact_match or token_f1.",
          });
        }
        return { predicted: predicted !== null && predicted.length > MAX_LABEL ? null : predicted, target };
      }),
  };
}
