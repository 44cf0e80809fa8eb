/** With half of the level a difference that one look shows in 84 of 100 cases would show in fewer than 80. */
const LAST = 2 / 3;

/**
 * The share of a test's level that is spent at a look (counted from 1), where data is looked at again and again as it
 * grows: two thirds at the last look, which sees all of it, the rest in equal parts at those before. The shares add up
 * to 1, so that by Bonferroni's inequality p-values divided by their look's share are valid over all looks together,
 * whatever the test and however the looks depend on each other (alpha spending: Lan and DeMets, Biometrika 1983, who
 * gain a little by a dependence that only some tests have).
 */
export function lookShare(look: number, looks: number): number {
  if (looks === 1) return 1;
  return look >= looks ? LAST : (1 - LAST) / (looks - 1);
}
