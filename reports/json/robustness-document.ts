import type { Comparison } from "../../src/compare/comparison.ts";
import type { RobustnessCell } from "../../src/compare/robustness/robustness.ts";

type Document = Readonly<Record<string, unknown>>;

/** How the scores hold in other words, by checkpoint. */
export function robustnessDocument({ robustness, checkpoints }: Comparison): Document | null {
  if (robustness === null) return null;
  const byCheckpoint = <T>(cells: readonly (T | null)[], write: (cell: T) => Document): Document =>
    Object.fromEntries(
      checkpoints.map(({ id }, index) => {
        const cell = cells[index] ?? null;
        return [id, cell === null ? null : write(cell)];
      }),
    );
  return {
    rows: robustness.rows.map(({ key, task, perturbation, module, options, changed, of, cells }) => ({
      key,
      task,
      perturbation,
      module,
      options,
      changed,
      of,
      checkpoints: byCheckpoint(cells, cellDocument),
    })),
    variance: robustness.variance.map(({ key, prompts, cells }) => ({
      key,
      prompts,
      checkpoints: byCheckpoint(cells, ({ promptSample, ...cell }) => ({ ...cell, prompt_sample: promptSample })),
    })),
    broken: robustness.broken,
  };
}

function cellDocument({ clean, perturbed, difference }: RobustnessCell): Document {
  const { pAdjusted, ...rest } = difference;
  return { clean, perturbed, difference: { ...rest, p_adjusted: pAdjusted } };
}
