import type { Comparison, SampleView } from "../../../src/compare/comparison.ts";
import { decidingRow, firstPair } from "../../metric-view.ts";
import type { WorstSample } from "./format.ts";
import { storedSample } from "./stored-sample.ts";

/** As many as a printed page has patience for. */
const MOST = 50;
const NOTHING = 1e-9;

export interface WorstList {
  offer(sample: number, view: SampleView): void;
  /** The largest losses first. */
  finish(): readonly WorstSample[];
}

/** The samples whose deciding score fell most from the base checkpoint to the one first compared with it. */
export function worstList(comparison: Comparison): WorstList {
  const lossOf = lossMeasure(comparison);
  let kept: (WorstSample & { readonly loss: number })[] = [];
  /** Losses no larger than this are not among the largest. */
  let atLeast = 0;
  const cut = (): void => {
    kept.sort((a, b) => b.loss - a.loss || a.sample - b.sample);
    kept.length = Math.min(kept.length, MOST);
    atLeast = kept[MOST - 1]?.loss ?? 0;
  };
  return {
    offer(sample, view) {
      const loss = lossOf(view);
      if (loss <= NOTHING || loss <= atLeast) return;
      kept.push({ sample, stored: storedSample(view), loss });
      // Sorted now and then, not each time.
      if (kept.length >= MOST * 8) cut();
    },
    finish() {
      cut();
      return kept.map(({ sample, stored }) => ({ sample, stored }));
    },
  };
}

function lossMeasure(comparison: Comparison): (view: SampleView) => number {
  const row = decidingRow(comparison);
  const { base, head } = firstPair(comparison);
  if (row === null) return () => 0;
  const name = row.key.slice(row.task.length + 1);
  const sign = row.higherIsBetter ? 1 : -1;
  return ({ task, outputs }) => {
    const from = outputs[base]?.scores[name];
    const to = outputs[head]?.scores[name];
    return task !== row.task || from == null || to == null ? 0 : sign * (from - to);
  };
}
