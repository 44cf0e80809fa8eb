import type { PeopleView } from "../../src/compare/people.ts";

/** What people said on a sheet, for machines. */
export function peopleDocument(view: PeopleView): { readonly [key: string]: unknown } {
  const { sheet, form, isPicked, judged, items, means, pairs, strengths, position, agreement, raters, judges } = view;
  return {
    sheet,
    form,
    picked: isPicked,
    judged,
    items,
    means,
    pairs: pairs.map(({ winRate, ...pair }) => ({ ...pair, win_rate: winRate })),
    strengths,
    position,
    agreement: {
      raters: agreement.raters,
      items: agreement.items,
      percent: agreement.percent,
      cohen: agreement.cohen,
      fleiss: agreement.fleiss,
      krippendorff: agreement.krippendorff,
      tentative: agreement.isTentative,
    },
    raters: raters.map(({ rater, answers, agreement: withOthers, steady, gold, medianSeconds, isOutlier }) => ({
      rater,
      answers,
      agreement: withOthers,
      steady,
      gold,
      median_seconds: medianSeconds,
      outlier: isOutlier,
    })),
    judges,
  };
}
