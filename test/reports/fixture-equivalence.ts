import type { Equivalence } from "../../src/compare/equivalence.ts";

/** The variants beside checkpoint-441: int8 answers almost alike, the pruned one seldom. */
export const equivalence: readonly Equivalence[] = [
  variant("checkpoint-441-int8", { same: 91.5, agree: 97.25, kl: 0.0041, seconds: 3.2 }),
  variant("checkpoint-441-pruned50", { same: 24, agree: 71.5, kl: 0.62, seconds: 6.1 }),
];

function variant(
  name: string,
  figures: { readonly same: number; readonly agree: number; readonly kl: number; readonly seconds: number },
): Equivalence {
  const share = (value: number) => ({
    value,
    n: 400,
    lo: value - 3,
    hi: Math.min(100, value + 2.5),
    method: "wilson-95",
  });
  const speed = (seconds: number, tokens: number) => ({ samples: 400, seconds, tokens });
  const { seconds } = figures;
  return {
    checkpoint: `tiny-icd/${name}`,
    base: "tiny-icd/checkpoint-441",
    backends: { base: "onnx: onnxruntime-node 1.30.0 cpu", checkpoint: "onnx: onnxruntime-node 1.30.0 cpu" },
    tasks: [
      {
        task: "title",
        unit: "text",
        same: share(figures.same),
        chance: null,
        divergence: null,
        gap: null,
        unrelated: false,
        speed: { base: speed(6, 2400), checkpoint: speed(seconds, 2380) },
      },
      {
        task: "chapter",
        unit: "choice",
        same: share(figures.agree),
        chance: 11.3,
        divergence: { value: figures.kl, n: 400, lo: figures.kl * 0.8, hi: figures.kl * 1.2, method: "t-95" },
        gap: { mean: figures.kl * 3, largest: figures.kl * 20, n: 8800 },
        unrelated: false,
        speed: { base: speed(2, 0), checkpoint: speed(seconds / 3, 0) },
      },
    ],
  };
}
