import { describe, expect, it } from "vitest";

import { bleu } from "../../judges/overlap/bleu.ts";
import { formatBleu } from "../../judges/overlap/bleu-score.ts";
import { chrf } from "../../judges/overlap/chrf.ts";
import { pythonFixed } from "../../judges/overlap/python-fixed.ts";
import { ter } from "../../judges/overlap/ter.ts";

const metrics = [bleu(), chrf(), ter()];

describe("corpus scores", () => {
  it("sign with the number of references, or that it varies", () => {
    const texts = ["a b", "c d"];
    expect(bleu().corpus(texts, [texts]).signature).toMatch(/^nrefs:1\|/);
    expect(bleu().corpus(texts, [texts, texts]).shortSignature).toMatch(/^#:2\|c:mixed\|/);
    expect(bleu().corpus(texts, [texts, [null, "x"]]).signature).toMatch(/^nrefs:var\|/);
  });

  it.each(metrics)("refuse lists that do not fit the hypotheses, by their number (%#)", (metric) => {
    expect(() =>
      metric.corpus(
        ["a", "b", "c"],
        [
          ["a", "b", "c"],
          ["a", "b"],
        ],
      ),
    ).toThrow(
      expect.objectContaining({
        code: "E_JUDGE",
        message: "Reference list 2 of 2 has 2 segments, but there are 3 hypotheses.",
      }),
    );
    expect(() => metric.corpus(["a"], [["a", "b"]])).toThrow(/has 2 segments, but there are 1 hypotheses/);
  });

  it.each(metrics)("recognise transposed lists (%#)", (metric) => {
    expect(() => metric.corpus(["a", "b", "c"], [["a"], ["b"], ["c"]])).toThrow(
      expect.objectContaining({ code: "E_JUDGE", hint: expect.stringContaining("transposed") }),
    );
  });

  it.each(metrics)("refuse a segment without a reference, by its number (%#)", (metric) => {
    expect(() => metric.corpus(["a", "b"], [["a", null]])).toThrow(
      expect.objectContaining({ code: "E_JUDGE", message: "Segment 2 of 2 has no reference." }),
    );
    expect(() => metric.corpus(["a"], [])).toThrow(/Segment 1 of 1 has no reference/);
    expect(() => metric.corpus([], [])).toThrow(/no hypotheses/);
  });

  it.each(metrics)("are those of the segments' summed statistics (%#)", (metric) => {
    const hypotheses = ["one small step", "a leap for all", ""];
    const references = ["one step", "a giant leap for us all", "nothing"];
    const sums = new Float64Array(metric.width);
    const row = new Float64Array(metric.width);
    for (const [index, hypothesis] of hypotheses.entries()) {
      metric.statistics(hypothesis, [references[index] as string], row);
      row.forEach((value, column) => ((sums[column] as number) += value));
    }
    const summed = metric.score(sums);
    expect(metric.corpus(hypotheses, [references]).score).toBe(typeof summed === "number" ? summed : summed.score);
  });
});

describe("the printed line", () => {
  it("shows score, precisions, penalty and lengths", () => {
    expect(formatBleu(bleu().corpus(["a b c d e f"], [["a b c d x y z"]]))).toBe(
      "BLEU = 43.01 66.7/60.0/50.0/33.3 (BP = 0.846 ratio = 0.857 hyp_len = 6 ref_len = 7)",
    );
  });

  it.each([
    [6.25, 1, "6.2"],
    [6.75, 1, "6.8"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [2.675, 2, "2.67"],
    [0.125, 2, "0.12"],
    [0.375, 2, "0.38"],
    [100, 2, "100.00"],
    [0, 3, "0.000"],
    [0.0625, 3, "0.062"],
  ])("rounds %d to %d decimals as Python does: %s", (value, decimals, text) => {
    expect(pythonFixed(value, decimals)).toBe(text);
  });
});
