import type { HumanForm, KeyEntry } from "../../../src/human/sheet.ts";
import { raterAgreement } from "../../../src/human/stats/agreement.ts";
import { judgeAgreement } from "../../../src/human/stats/judge-agreement.ts";
import type { JudgedItem } from "../../../src/human/stats/judged-item.ts";
import { binomialTest } from "../../../src/stats/binomial.ts";
import { bradleyTerry } from "../../../src/stats/bradley-terry.ts";
import { weightedMean } from "../../../src/stats/weighted-mean.ts";
import type { GoldenFunction } from "../golden-file.ts";

const entry: KeyEntry = { kind: "new", task: "t", sample: "", checkpoints: ["c"], weight: 1, stratum: "" };

/** Items from a table of verdicts, a row an item, null where a rater gave none. */
function itemsOf(rows: readonly (readonly (string | null)[])[]): JudgedItem[] {
  return rows.map((row, index) => ({
    id: String(index),
    entry: { ...entry, sample: String(index) },
    answers: row.flatMap((value, rater) =>
      value === null ? [] : [{ item: String(index), rater: String(rater), value }],
    ),
  }));
}

/** What is made of people's verdicts. */
export const peopleFunctions: Record<string, GoldenFunction> = {
  "people.agreement": (input, params) =>
    raterAgreement(itemsOf((input as { answers: (string | null)[][] }).answers), params["form"] as HumanForm),
  "people.strengths": (input) => {
    const { players, contests } = input as { players: number; contests: { players: number[]; best: number }[] };
    const strengths =
      bradleyTerry(
        players,
        contests.map(({ players: there, best }) => ({
          players: there,
          won: there.map((each) => Number(each === best)),
        })),
      ) ?? [];
    return {
      value: strengths.map(({ value }) => value),
      lo: strengths.map(({ lo }) => lo),
      hi: strengths.map(({ hi }) => hi),
    };
  },
  "people.mean": (input, params) => {
    const { values, weights } = input as { values: number[]; weights: number[] };
    const isShare = params["share"] === true;
    const weighted = values.map((value, index) => ({ value, weight: weights[index] ?? 0 }));
    return weightedMean(weighted, { range: isShare ? [0, 1] : [1, 5], isShare });
  },
  "people.sign": (input, params) => {
    const { wins, losses } = input as { wins: number; losses: number };
    return { p: binomialTest(wins, wins + losses, (params["expected"] as number | undefined) ?? 0.5) };
  },
  "people.judge": (input) => {
    const { people, judge } = input as { people: number[]; judge: number[] };
    const metric = {
      key: "t/llm_score",
      task: "t",
      higherIsBetter: true,
      range: [1, 5] as const,
      scoreOf: (sample: string) => judge[Number(sample)] ?? null,
    };
    const [found] = judgeAgreement(itemsOf(people.map((value) => [String(value)])), [metric], "rating");
    const { spearman, kendall, kappa, gap } = found ?? {};
    return { spearman: spearman?.value, lo: spearman?.lo, hi: spearman?.hi, kendall, kappa, bias: gap?.bias };
  },
};
