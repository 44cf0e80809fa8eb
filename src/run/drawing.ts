import { hashSeed } from "../stats/hash-seed.ts";
import type { Drawing, UnitInfo } from "./store/records.ts";

/** The first look is at no fewer samples, where there are as many: a test on less says little. */
const FIRST = 100;

/** Looks at units of which the largest has n samples. */
export function looksFor(n: number): number {
  return 1 + Math.max(0, Math.floor(Math.log2(n / FIRST)));
}

/** How many of a unit's n samples have been drawn by the end of a look, counted from 1. */
export function drawnBy(n: number, look: number, looks: number): number {
  return Math.ceil(n / 2 ** (looks - look));
}

type DrawnUnit = Pick<UnitInfo, "task" | "split" | "n" | "perturbation">;

/**
 * Ordinal → its place in the order of drawing, from 0. The order depends on the seed and the unit alone; a perturbed
 * task's is that of the clean one, so that the two are paired.
 */
export function drawOrder(seed: number, { task, split, n, perturbation }: DrawnUnit): Uint32Array {
  const name = perturbation?.of ?? task;
  const keys = Float64Array.from({ length: n }, (_, i) => hashSeed(String(seed), "draw", name, split, String(i)));
  const order = Uint32Array.from(keys.keys()).sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  const places = new Uint32Array(n);
  for (const [place, ordinal] of order.entries()) places[ordinal] = place;
  return places;
}

/** Whether a run was to ask a unit's sample; all of them where nothing is drawn. */
export function isDrawn(
  { seed, drawing }: { readonly seed: number; readonly drawing?: Drawing },
  unit: DrawnUnit,
): (ordinal: number) => boolean {
  if (drawing === undefined || drawing.done >= drawing.looks) return () => true;
  const places = drawOrder(seed, unit);
  const drawn = drawnBy(unit.n, Math.max(1, drawing.done), drawing.looks);
  return (ordinal) => (places[ordinal] ?? drawn) < drawn;
}
