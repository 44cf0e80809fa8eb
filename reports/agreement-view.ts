import type { Comparison } from "../src/compare/comparison.ts";
import type { TaskAgreement } from "../src/compare/equivalence.ts";
import type { TaskSpeed } from "../src/compare/task-speed.ts";
import { halfWidth } from "./metric-view.ts";
import { formatCount, formatFigure, formatMs } from "./number-format.ts";

/** What a checkpoint and the one it is held against have in common in one task; null where they were not compared. */
export function agreementOf(comparison: Comparison, checkpoint: string, task: string): TaskAgreement | null {
  const found = comparison.equivalence.find((each) => each.checkpoint === checkpoint);
  return found?.tasks.find((each) => each.task === task) ?? null;
}

/** Tasks in which variants were held against their parents. */
export function agreementTasks(comparison: Comparison, checkpoints: readonly string[]): readonly string[] {
  const tasks = comparison.equivalence
    .filter(({ checkpoint }) => checkpoints.includes(checkpoint))
    .flatMap((each) => each.tasks.filter(({ same }) => same !== null).map(({ task }) => task));
  return [...new Set(tasks)];
}

/** "76.7 % ±10.7": how many answers are equal. */
export function sameText({ same }: TaskAgreement): string {
  return same === null ? "" : `${same.value.toFixed(1)} % ±${halfWidth(same).toFixed(1)}`;
}

/** "KL 0.012, gap 0.04": how far apart log-probabilities are, in nats; empty where none were given. */
export function divergenceText({ divergence, gap }: TaskAgreement): string {
  const parts = [
    ...(divergence === null ? [] : [`KL ${formatNats(divergence.value)}`]),
    ...(gap === null ? [] : [`gap ${formatNats(gap.mean)}`]),
  ];
  return parts.join(", ");
}

/** Two digits that say something; what rounding noise alone makes is shown as its bound. */
function formatNats(value: number): string {
  if (value < 1e-6) return "<1e-6";
  return value < 0.001 ? value.toExponential(0) : value.toPrecision(2);
}

/** "310 tokens/s" where text was generated, "3.2 ms a sample" otherwise; empty where nobody measured. */
export function speedText(speed: TaskSpeed | null): string {
  if (speed === null || speed.samples === 0 || speed.seconds === 0) return "";
  if (speed.tokens > 0) return `${formatFigure(speed.tokens / speed.seconds)} tokens/s`;
  return `${formatMs((speed.seconds / speed.samples) * 1000)} a sample`;
}

/** What the speeds are worth: they have no interval, for one pass has none. Null where there are none. */
export function speedCaution({ equivalence }: Comparison): string | null {
  const measured = equivalence.some(({ tasks }) => tasks.some((task) => speedRatio(task) !== null));
  return measured
    ? "speed: the clock over one pass each, one after the other; what else the machine did meanwhile counts"
    : null;
}

/** How many times as fast the checkpoint is, by what `speedText` shows; null where one of them was not measured. */
export function speedRatio({ speed: { base, checkpoint } }: TaskAgreement): number | null {
  if (base === null || checkpoint === null) return null;
  const writes = base.tokens > 0 && checkpoint.tokens > 0;
  const rate = ({ samples, seconds, tokens }: TaskSpeed): number => (writes ? tokens : samples) / seconds;
  const ratio = rate(checkpoint) / rate(base);
  return Number.isFinite(ratio) ? ratio : null;
}

/** What should make one doubt that a checkpoint was made from the other. */
export function unrelatedLines(comparison: Comparison, label: (id: string) => string): readonly string[] {
  return comparison.equivalence.flatMap(({ base, checkpoint, tasks }) =>
    tasks
      .filter(({ unrelated }) => unrelated)
      .map(({ chance, same, task }) => {
        const names = `${label(checkpoint)} and ${label(base)}`;
        const n = formatCount(same?.n ?? 0);
        const found =
          chance === null
            ? `not one of ${n} texts is the same`
            : `${same?.value.toFixed(1)} % of ${n} choices are the same, ${chance.toFixed(1)} % would be by chance`;
        return `${names} answer as unrelated models do in ${task}: ${found}; was one made from the other?`;
      }),
  );
}
