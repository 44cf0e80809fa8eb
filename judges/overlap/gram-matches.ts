import { clearGrams, emptyGramTable, internGram, slotOf, type GramTable } from "./gram-table.ts";
import { withRoom } from "./room.ts";
import type { Symbols } from "./symbols.ts";

/**
 * Writes for each order n how many n-grams of the hypothesis are matched, each at most as often as it occurs in the
 * reference that has it most often. `matches[n - 1]` is the number for n from 1 to `maxOrder`.
 */
export type GramMatches = (segment: Symbols, maxOrder: number, matches: Float64Array) => void;

/** What is known of a segment while its orders are counted one by one. */
interface Counting {
  /** One order at a time, so that the table stays in the processor's first cache. */
  readonly table: GramTable;
  /** Number of the (n − 1)-gram at each position; 0 in the hypothesis where no reference has it. */
  prefixes: Int32Array;
  /** How often the reference being read has each gram, and the most often any reference has it. */
  counts: Int32Array;
  most: Int32Array;
}

/** Part of a segment's symbols, from `start` to before `end`, and the length of the n-grams to look at. */
interface Part {
  readonly data: Int32Array;
  readonly start: number;
  readonly end: number;
  readonly order: number;
}

function countReference({ table, prefixes, counts, most }: Counting, { data, start, end, order }: Part): void {
  for (let i = start; i <= end - order; i++) {
    const gram = internGram(table, prefixes[i] as number, data[i + order - 1] as number);
    prefixes[i] = gram;
    (counts[gram] as number)++;
  }
  for (let gram = 1; gram <= table.size; gram++) {
    if ((counts[gram] as number) > (most[gram] as number)) most[gram] = counts[gram] as number;
    counts[gram] = 0;
  }
}

/** Uses up the counts of the references. */
function matchHypothesis({ table, prefixes, most }: Counting, { data, start, end, order }: Part): number {
  let matched = 0;
  for (let i = start; i <= end - order; i++) {
    const prefix = prefixes[i] as number;
    if (prefix === 0) continue;
    const gram = table.grams[slotOf(table, prefix, data[i + order - 1] as number)] as number;
    prefixes[i] = gram;
    if ((most[gram] as number) <= 0) continue;
    (most[gram] as number)--;
    matched++;
  }
  return matched;
}

export function gramMatches(): GramMatches {
  const column = (): Int32Array => new Int32Array(256);
  const counting: Counting = { table: emptyGramTable(), prefixes: column(), counts: column(), most: column() };
  return ({ data, ends }, maxOrder, matches) => {
    const hypothesis = ends.length - 1;
    const start = hypothesis > 0 ? (ends[hypothesis - 1] as number) : 0;
    const end = ends[hypothesis] as number;
    counting.prefixes = withRoom(counting.prefixes, end).fill(1, 0, end);
    counting.counts = withRoom(counting.counts, start + 1);
    counting.most = withRoom(counting.most, start + 1);
    for (let order = 1; order <= maxOrder; order++) {
      clearGrams(counting.table, start);
      counting.most.fill(0, 0, start + 1);
      for (let index = 0; index < hypothesis; index++) {
        const part = { data, start: index === 0 ? 0 : (ends[index - 1] as number), end: ends[index] as number, order };
        countReference(counting, part);
      }
      matches[order - 1] = matchHypothesis(counting, { data, start, end, order });
    }
  };
}
