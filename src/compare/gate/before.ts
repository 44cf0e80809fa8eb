import type { UnitInfo } from "../../run/store/records.ts";
import { unitConflict } from "../baseline/baseline.ts";
import type { Measurements } from "../measured/measurements.ts";
import type { GateInputs } from "./look.ts";

/** What a baseline measured, or why there is nothing to compare with. */
export type Before =
  | { readonly kind: "measured"; readonly measurements: Measurements; readonly name: string }
  | { readonly kind: "none"; readonly why: string };

/** What the baseline measured while the same samples were asked. */
export async function measuredBefore({ baseline }: GateInputs, units: readonly UnitInfo[]): Promise<Before> {
  if (baseline === null) return { kind: "none", why: "there is no baseline to compare with" };
  const conflict = units.map((unit) => unitConflict(baseline, unit)).find((reason) => reason !== null);
  if (conflict != null) return { kind: "none", why: `not comparable with ${baseline.name}: ${conflict}` };
  const measurements = await baseline.measured();
  if (measurements === null) {
    const why = `${baseline.name} was made before baselines kept what was measured: make it anew with \`evalh baseline update\``;
    return { kind: "none", why };
  }
  return { kind: "measured", measurements, name: baseline.name };
}
