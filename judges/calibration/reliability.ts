import type { FigureCollector } from "../../src/core/judge.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { binEdges, type Binning, binOf, binsOf } from "./bins.ts";

type Sureness = JsonObject & { readonly confidence: number; readonly correct: boolean };

/** The very bins that a calibration error is the mean gap of, as a reliability diagram shows them. */
export function reliabilityCollector(binning: Binning, bins: number): FigureCollector<Sureness> {
  const confidences: number[] = [];
  const rights: boolean[] = [];
  return {
    add({ confidence, correct }) {
      confidences.push(confidence);
      rights.push(correct);
    },
    finish() {
      if (confidences.length === 0) return null;
      const edges = binEdges(binning, bins, confidences);
      const sums = new Float64Array(3 * edges.length);
      for (const [index, confidence] of confidences.entries()) {
        const at = 3 * binOf(edges, confidence);
        for (const [column, value] of [1, Number(rights[index]), confidence].entries())
          sums[at + column] = (sums[at + column] as number) + value;
      }
      const drawn = binsOf(sums).map((bin, index) => ({
        lo: edges[index - 1] ?? 0,
        hi: edges[index] as number,
        ...bin,
      }));
      return { kind: "reliability", bins: drawn.filter(({ count }) => count > 0) };
    },
  };
}
