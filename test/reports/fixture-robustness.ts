import { dataChecks } from "./fixture-data-checks.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import type { RobustnessCell } from "../../src/compare/robustness/robustness.ts";

function cell(clean: number, perturbed: number, significant: boolean): RobustnessCell {
  const estimate = (value: number): RobustnessCell["clean"] => ({
    value,
    n: 400,
    lo: value - 4.8,
    hi: value + 4.8,
    method: "wilson-95",
  });
  const value = perturbed - clean;
  return {
    clean: estimate(clean),
    perturbed: estimate(perturbed),
    difference: {
      value,
      n: 400,
      lo: value - 3.9,
      hi: value + 3.9,
      p: significant ? 0.0004 : 0.41,
      pAdjusted: significant ? 0.0008 : 0.82,
      test: "mcnemar-exact; bonett-price-95",
      significant,
      fixed: 9,
      broken: 41,
      same: 350,
    },
  };
}

/** One task under two perturbations, with hostile text where text of a dataset can stand. */
function robustnessOf(checkpoints: number): Comparison["robustness"] {
  const cells = (make: () => RobustnessCell): (RobustnessCell | null)[] =>
    Array.from({ length: checkpoints }, (_, index) => (index === 0 ? null : make()));
  const row = { key: "chapter/accuracy", task: "chapter", options: {}, of: 400 };
  return {
    rows: [
      { ...row, perturbation: "typos", module: "typos", changed: 400, cells: cells(() => cell(61, 53, true)) },
      {
        ...row,
        perturbation: "loud",
        module: "case",
        options: { style: "upper" },
        changed: 388,
        cells: cells(() => cell(61, 60.5, false)),
      },
    ],
    variance: [
      {
        key: "chapter/accuracy",
        prompts: ["clean", "typos", "loud"],
        cells: Array.from({ length: checkpoints }, (_, index) =>
          index === 0
            ? null
            : { samples: 400, repeats: 1, prompt: 12, sample: 1600, promptSample: null, seed: null, rest: 640 },
        ),
      },
    ],
    broken: [
      {
        task: "chapter",
        perturbation: "typos",
        id: "t-7",
        references: ["Blood"],
        clean: { prompt: "Term: iron deficiency\nChapter:", output: "Blood", score: 100 },
        perturbed: {
          prompt: "Term: irno deficiency\nChapter:",
          output: "</pre><script>alert(1)</script>\u001b[2J",
          score: 0,
        },
      },
    ],
  };
}

/** What the comparison says of its data and of perturbed samples. */
export function aboutData(checkpoints: number): Pick<Comparison, "dataChecks" | "robustness"> {
  return { dataChecks, robustness: robustnessOf(checkpoints) };
}
