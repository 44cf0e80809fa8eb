import { EvalhError } from "../core/errors.ts";
import type { PlannedCheckpoint } from "../run/plan.ts";

/**
 * The checkpoints whose id, folder name or step was asked for, in their own order.
 * @throws EvalhError E_USAGE for a name that fits none
 */
export function selectCheckpoints(
  all: readonly PlannedCheckpoint[],
  wanted: readonly string[] | null,
): readonly PlannedCheckpoint[] {
  if (wanted === null) return all;
  const fits = ({ checkpoint }: PlannedCheckpoint, name: string): boolean =>
    checkpoint.id === name || checkpoint.id.endsWith(`/${name}`) || String(checkpoint.step) === name;
  const unknown = wanted.find((name) => !all.some((planned) => fits(planned, name)));
  if (unknown !== undefined) {
    throw new EvalhError("E_USAGE", `there is no checkpoint "${unknown}"`, {
      hint: `there are ${all.map(({ checkpoint }) => checkpoint.id).join(", ")}`,
    });
  }
  return all.filter((planned) => wanted.some((name) => fits(planned, name)));
}
