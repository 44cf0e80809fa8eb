import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";

import { bradleyTerry, type Contest, type Strength } from "../../src/stats/bradley-terry.ts";

/** Strengths from how often each won over each. */
function fromWins(wins: readonly (readonly number[])[]): readonly Strength[] | null {
  const contests: Contest[] = wins.flatMap((row, i) =>
    row.flatMap((count, j) => (count === 0 ? [] : [{ players: [i, j], won: [count, 0] }])),
  );
  return bradleyTerry(wins.length, contests);
}

describe("Bradley–Terry", () => {
  it("gives two players half the log odds each, with the error of a log odds", () => {
    const [a, b] =
      fromWins([
        [0, 30],
        [10, 0],
      ]) ?? [];
    expect(a?.value).toBeCloseTo(Math.log(3) / 2, 10);
    expect(b?.value).toBeCloseTo(-Math.log(3) / 2, 10);
    // The difference has the variance 1/30 + 1/10, each strength a quarter of it.
    expect((a?.hi ?? 0) - (a?.value ?? 0)).toBeCloseTo((1.959963985 * Math.sqrt(1 / 30 + 1 / 10)) / 2, 8);
  });

  it("has no estimate where one never lost, never won, or two groups never met", () => {
    expect(
      fromWins([
        [0, 5],
        [0, 0],
      ]),
    ).toBeNull();
    expect(
      fromWins([
        [0, 2, 1],
        [1, 0, 4],
        [0, 0, 0],
      ]),
    ).toBeNull();
    expect(
      fromWins([
        [0, 1, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 1],
        [0, 0, 1, 0],
      ]),
    ).toBeNull();
  });

  it("expects of each as many wins as it has: the likelihood equations hold", () => {
    assert(
      property(array(integer({ min: 1, max: 20 }), { minLength: 12, maxLength: 12 }), (flat) => {
        const wins = [0, 1, 2, 3].map((i) =>
          [0, 1, 2, 3].map((j) => (i === j ? 0 : (flat[i * 3 + (j > i ? j - 1 : j)] ?? 1))),
        );
        const strengths = fromWins(wins) ?? [];
        const sum = strengths.reduce((total, { value }) => total + value, 0);
        return (
          Math.abs(sum) < 1e-8 &&
          strengths.every(({ value, lo, hi }, i) => {
            let expected = 0;
            let won = 0;
            for (const [j, other] of strengths.entries()) {
              if (i === j) continue;
              const games = (wins[i]?.[j] ?? 0) + (wins[j]?.[i] ?? 0);
              expected += games / (1 + Math.exp(other.value - value));
              won += wins[i]?.[j] ?? 0;
            }
            return Math.abs(expected - won) < 1e-6 && lo < value && value < hi;
          })
        );
      }),
    );
  });
});
