import { unitsRemark } from "./units.ts";
import type { Units } from "./units.ts";

/** Name of a closed-form interval, for example "wilson-95" or "t-95 (39 clusters)". */
export function intervalName(kind: string, level: number, remark?: string): string {
  return `${kind}-${percent(level)}${remark === undefined ? "" : ` (${remark})`}`;
}

export interface BootstrapNaming {
  readonly level: number;
  readonly resamples: number;
  /** Resamples that gave a number. */
  readonly used: number;
  readonly seed: number;
  readonly units: Units;
}

/** Name of a bootstrap interval, for example "bootstrap-percentile-95 (1000, seed 42)". */
export function bootstrapName({ level, resamples, used, seed, units }: BootstrapNaming): string {
  const count = used === resamples ? String(resamples) : `${used} of ${resamples}`;
  return `bootstrap-percentile-${percent(level)} (${count}, seed ${seed}${unitsRemark(units)})`;
}

/** 0.95 as "95", 0.999 as "99.9". */
export function percent(level: number): string {
  return String(Math.round(level * 1e6) / 1e4);
}
