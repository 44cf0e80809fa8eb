import { pcg64 } from "../stats/pcg64.ts";

/** Random choices from one seed. */
export interface Random {
  /** A whole number from 0 to `bound` − 1. */
  below(bound: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the items, of which there must be some. */
  pick<T>(items: readonly T[]): T;
  /** So many different items in their order; all of them where there are no more. */
  sample<T>(items: readonly T[], count: number): T[];
  /** The items in another order, every order equally likely (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** @param seed a whole number from 0 to 2^53 */
export function randomOf(seed: number): Random {
  const generator = pcg64(seed);
  const below = (bound: number): number => generator.below(bound, 1)[0] ?? 0;
  const shuffle = <T>(items: readonly T[]): T[] => {
    const order = [...items];
    for (let last = order.length - 1; last > 0; last--) {
      const other = below(last + 1);
      [order[last], order[other]] = [order[other] as T, order[last] as T];
    }
    return order;
  };
  return {
    below,
    chance: (probability) => (generator.doubles(1)[0] ?? 0) < probability,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    sample(items, count) {
      const chosen = new Set(shuffle([...items.keys()]).slice(0, count));
      return items.filter((_, index) => chosen.has(index));
    },
    shuffle,
  };
}
