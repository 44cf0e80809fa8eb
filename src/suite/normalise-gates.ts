import type { Place } from "../core/errors.ts";
import type { RawGate, RawHuman } from "./raw-suite.ts";
import type { Gate, Human, Task } from "./suite.ts";

/** `human` with its defaults; without a choice of tasks it draws from those that generate text. */
export function normaliseHuman(
  raw: RawHuman,
  tasks: readonly Task[],
  around: { readonly path: (path: string) => string },
): Human {
  return {
    sample: raw.sample,
    stratify: raw.stratify ?? [],
    form: raw.form ?? "pairwise",
    tasks: raw.tasks ?? tasks.filter(({ kind }) => kind === "generate").map(({ name }) => name),
    repeat: raw.repeat ?? 0.1,
    atLeast: raw.at_least ?? 5,
    preferDisagreement: raw.prefer === "disagreement",
    gold: raw.gold === undefined ? null : around.path(raw.gold),
    guidelines: raw.guidelines ?? null,
  };
}

/** A gate with its defaults. */
export function normaliseGate(raw: RawGate, defaults: { readonly alpha: number; readonly place: Place }): Gate {
  return {
    metric: raw.metric,
    // A verdict has no size: there is one thing to ask of it.
    mode: raw.mode ?? (raw.metric === "overfit" ? "threshold" : "regression"),
    maxDrop: dropOf(raw.max_drop ?? 0),
    ...(typeof raw.max_drop === "string" ? { relative: true } : {}),
    ...(raw.allow_different === true ? { allowDifferent: true } : {}),
    min: raw.min ?? null,
    max: raw.max ?? null,
    severity: raw.severity ?? "error",
    minN: raw.min_n ?? 1,
    alpha: raw.alpha ?? defaults.alpha,
    slice: raw.slice === undefined ? null : splitSlice(raw.slice),
    ...(raw.perturbation === undefined ? {} : { perturbation: raw.perturbation }),
    place: defaults.place,
  };
}

/** 10 for 10 and for "10%", which the schema has let pass. */
export function dropOf(raw: number | string): number {
  return typeof raw === "number" ? raw : Number(raw.replace("%", ""));
}

/** "column=value" in its parts; the value may hold further equals signs. */
export function splitSlice(slice: string): { field: string; value: string } {
  const at = slice.indexOf("=");
  return { field: slice.slice(0, at), value: slice.slice(at + 1) };
}
