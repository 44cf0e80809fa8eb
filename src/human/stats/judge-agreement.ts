import type { SampleView } from "../../compare/comparison.ts";
import { binomialTest } from "../../stats/binomial.ts";
import { kendallTauB, spearman } from "../../stats/correlation.ts";
import type { HumanForm } from "../sheet.ts";
import { meanVerdict, type JudgedItem } from "./judged-item.ts";

/** How far a metric goes along with people. */
export interface JudgeAgreement {
  /** "task/metric". */
  readonly metric: string;
  /** Items that both judged. */
  readonly n: number;
  /** Pairs: share of the decided items on which the metric prefers the same answer; its ties count half. */
  readonly accuracy: number | null;
  /** Two-sided p against guessing, over items that both decided. */
  readonly p: number | null;
  /** Single answers: rank correlations of people's means and scores. */
  readonly spearman: number | null;
  readonly kendall: number | null;
}

export interface JudgeAgreementOptions {
  readonly form: HumanForm;
  /** Ids in the run's order. */
  readonly checkpoints: readonly string[];
  /** "task/metric" of those whose small values are good. */
  readonly lowerIsBetter: ReadonlySet<string>;
}

interface Observed {
  readonly human: number;
  readonly score: number;
}

/** Reads the samples once and sets each metric of the judged answers beside what people said. */
export async function judgeAgreement(
  items: readonly JudgedItem[],
  samples: AsyncIterable<SampleView>,
  { form, checkpoints, lowerIsBetter }: JudgeAgreementOptions,
): Promise<JudgeAgreement[]> {
  const bySample = new Map<string, JudgedItem[]>();
  for (const item of items) {
    if (item.entry.kind !== "new") continue;
    const key = `${item.entry.task}\n${item.entry.sample}`;
    bySample.set(key, [...(bySample.get(key) ?? []), item]);
  }
  const observed = new Map<string, Observed[]>();
  for await (const view of samples) {
    for (const item of bySample.get(`${view.task}\n${view.id}`) ?? []) {
      const scores = item.entry.checkpoints.map((id) => view.outputs[checkpoints.indexOf(id)]?.scores ?? {});
      for (const [metric, first] of Object.entries(scores[0] ?? {})) {
        const key = `${view.task}/${metric}`;
        const sign = lowerIsBetter.has(key) ? -1 : 1;
        const second = form === "pairwise" ? scores[1]?.[metric] : 0;
        if (first === null || second == null) continue;
        const list = observed.get(key) ?? [];
        list.push({ human: meanVerdict(item.answers), score: sign * (first - second) });
        observed.set(key, list);
      }
    }
  }
  return [...observed].map(([metric, list]) => (form === "pairwise" ? ofPairs(metric, list) : ofSingles(metric, list)));
}

function ofPairs(metric: string, list: readonly Observed[]): JudgeAgreement {
  const decided = list.filter(({ human }) => human !== 0.5);
  const same = decided.filter(({ human, score }) => score !== 0 && score > 0 === human > 0.5).length;
  const ties = decided.filter(({ score }) => score === 0).length;
  const accuracy = decided.length === 0 ? null : (same + ties / 2) / decided.length;
  const p = decided.length === ties ? null : binomialTest(same, decided.length - ties);
  return { metric, n: list.length, accuracy, p, spearman: null, kendall: null };
}

function ofSingles(metric: string, list: readonly Observed[]): JudgeAgreement {
  const human = list.map((each) => each.human);
  const score = list.map((each) => each.score);
  const ranks = { spearman: spearman(human, score), kendall: kendallTauB(human, score) };
  return { metric, n: list.length, accuracy: null, p: null, ...ranks };
}
