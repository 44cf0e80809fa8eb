import { cohenKappa, confusionMatrix } from "../../../judges/answers/confusion.ts";
import { fleissKappa, krippendorffAlpha } from "../../stats/agreement.ts";
import { binomialCdf } from "../../stats/binomial.ts";
import type { HumanForm } from "../sheet.ts";
import { categoriesOf } from "../verdict.ts";
import { pickedBy, type JudgedItem } from "./judged-item.ts";

/** How far raters agree. Every number is null where the answers do not define it. */
export interface RaterAgreement {
  readonly raters: number;
  /** Items with at least two raters. */
  readonly items: number;
  /** Share of the pairs of raters on an item that said the same, 0..1. */
  readonly percent: number | null;
  /** Two raters only; quadratic weights for ratings. */
  readonly cohen: number | null;
  /** Over the items that every rater answered. */
  readonly fleiss: number | null;
  /** With missing answers; ordinal for ratings, nominal otherwise. */
  readonly krippendorff: number | null;
  /** Below this alpha conclusions are tentative (K. Krippendorff, "Content Analysis", 2004: 0.667). */
  readonly isTentative: boolean;
}

const TENTATIVE = 0.667;

/** Agreement over the new items of a sheet. */
export function raterAgreement(items: readonly JudgedItem[], form: HumanForm): RaterAgreement {
  const shared = items.filter(({ entry, answers }) => entry.kind === "new" && answers.length > 1);
  const raters = [...new Set(items.flatMap(({ answers }) => answers.map(({ rater }) => rater)))];
  const codes = categoriesOf(form);
  const table = raters.map((rater) =>
    shared.map(({ answers }) => {
      const found = answers.find((answer) => answer.rater === rater);
      return found === undefined ? null : codes.indexOf(found.value);
    }),
  );
  const alpha = shared.length === 0 ? null : krippendorffAlpha(table, form === "rating" ? "ordinal" : "nominal");
  const whole = shared.map((_, item) => table.map((row) => row[item])).filter((row) => !row.includes(null));
  return {
    raters: raters.length,
    items: shared.length,
    percent: equalPairs(shared),
    cohen: raters.length === 2 && whole.length > 0 ? cohen(whole as number[][], form) : null,
    fleiss: raters.length > 1 && whole.length > 0 ? fleissKappa(counts(whole as number[][], codes.length)) : null,
    krippendorff: alpha,
    isTentative: alpha === null || alpha < TENTATIVE,
  };
}

function equalPairs(items: readonly JudgedItem[]): number | null {
  let equal = 0;
  let pairs = 0;
  for (const { answers } of items) {
    for (const [i, { value }] of answers.entries()) {
      for (const other of answers.slice(i + 1)) {
        pairs++;
        equal += value === other.value ? 1 : 0;
      }
    }
  }
  return pairs === 0 ? null : equal / pairs;
}

function cohen(rows: readonly (readonly number[])[], form: HumanForm): number | null {
  const first = rows.map((row) => row[0] ?? 0);
  const second = rows.map((row) => row[1] ?? 0);
  const kappa = cohenKappa(
    confusionMatrix(first, second, categoriesOf(form).length),
    form === "rating" ? "quadratic" : "none",
  );
  return Number.isNaN(kappa) ? null : kappa;
}

function counts(rows: readonly (readonly number[])[], categories: number): number[][] {
  return rows.map((row) => Array.from({ length: categories }, (_, code) => row.filter((each) => each === code).length));
}

/** One rater beside the others. */
export interface RaterReport {
  readonly rater: string;
  readonly answers: number;
  /** Share of the others' answers to the same items that are the same, 0..1. */
  readonly agreement: number | null;
  /** Repeated items answered the same way; swapped pairs count when the same checkpoint won. */
  readonly steady: { readonly same: number; readonly of: number };
  readonly gold: { readonly right: number; readonly of: number };
  readonly medianSeconds: number | null;
  /** Agrees with the others so rarely that chance explains it in less than one case in a hundred (Bonferroni). */
  readonly isOutlier: boolean;
}

/** Every rater, by name. */
export function raterReports(items: readonly JudgedItem[]): RaterReport[] {
  const raters = [...new Set(items.flatMap(({ answers }) => answers.map(({ rater }) => rater)))].toSorted((a, b) =>
    a < b ? -1 : 1,
  );
  const pooled = raters.map((rater) => againstOthers(items, rater));
  return raters.map((rater, index) => {
    const { equal, of } = pooled[index] ?? { equal: 0, of: 0 };
    const rest = pooled.filter((_, other) => other !== index);
    const usual =
      rest.reduce((sum, each) => sum + each.equal, 0) /
      Math.max(
        1,
        rest.reduce((sum, each) => sum + each.of, 0),
      );
    const mine = items.flatMap(({ entry, answers }) =>
      answers.filter((answer) => answer.rater === rater).map((answer) => ({ entry, answer })),
    );
    const gold = mine.filter(({ entry }) => entry.kind === "gold");
    return {
      rater,
      answers: mine.length,
      agreement: of === 0 ? null : equal / of,
      steady: steadiness(items, rater),
      gold: { right: gold.filter(({ entry, answer }) => entry.expected === answer.value).length, of: gold.length },
      medianSeconds: median(mine.flatMap(({ answer }) => (answer.seconds === undefined ? [] : [answer.seconds]))),
      isOutlier: raters.length > 2 && of > 0 && binomialCdf(equal, of, usual) < 0.01 / raters.length,
    };
  });
}

function againstOthers(items: readonly JudgedItem[], rater: string): { readonly equal: number; readonly of: number } {
  let equal = 0;
  let of = 0;
  for (const { entry, answers } of items) {
    const own = answers.find((answer) => answer.rater === rater);
    const others = answers.filter((answer) => answer.rater !== rater);
    if (entry.kind !== "new" || own === undefined || others.length === 0) continue;
    // One item is one observation: others' answers to it depend on each other.
    of++;
    equal += others.filter(({ value }) => value === own.value).length * 2 >= others.length ? 1 : 0;
  }
  return { equal, of };
}

function steadiness(items: readonly JudgedItem[], rater: string): { readonly same: number; readonly of: number } {
  const said = new Map(items.map((item) => [item.id, item]));
  const byRater = (item: JudgedItem | undefined): string | null => {
    const value = item?.answers.find((answer) => answer.rater === rater)?.value;
    return item === undefined || value === undefined ? null : (pickedBy(value, item.entry)?.join() ?? value);
  };
  let same = 0;
  let of = 0;
  for (const item of items) {
    const [now, before] = [byRater(item), byRater(said.get(item.entry.of ?? ""))];
    if (item.entry.kind !== "repeat" || now === null || before === null) continue;
    of++;
    same += now === before ? 1 : 0;
  }
  return { same, of };
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}
