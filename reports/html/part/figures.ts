import type { Comparison, TaskFigure } from "../../../src/compare/comparison.ts";
import type { JudgeFigure } from "../../../src/core/judge.ts";

export interface ShownFigure<F extends JudgeFigure> {
  readonly id: string;
  readonly isShip: boolean;
  readonly figure: F;
}

export function figuresOf({ figures }: Comparison, kind: JudgeFigure["kind"]): readonly TaskFigure[] {
  return figures.filter((figure) => figure.kind === kind);
}

/** The figures of at most so many checkpoints, in their order: evenly chosen, the one to ship always among them. */
export function shownFigures<F extends JudgeFigure>(
  { checkpoints, ship }: Comparison,
  { figures }: TaskFigure,
  most: number,
): readonly ShownFigure<F>[] {
  const all = checkpoints.flatMap(({ id }, index) => {
    const figure = figures[index];
    return figure == null ? [] : [{ id, isShip: id === ship?.checkpoint, figure: figure as F }];
  });
  if (all.length <= most) return all;
  const places = Array.from({ length: most }, (_, at) => Math.round((at * (all.length - 1)) / (most - 1)));
  const shipped = all.findIndex(({ isShip }) => isShip);
  if (shipped >= 0) places[Math.round((shipped * (most - 1)) / (all.length - 1))] = shipped;
  return places.flatMap((place) => all[place] ?? []);
}

const NAMES: Readonly<Record<JudgeFigure["kind"], string>> = {
  reliability: "Diagrams of calibration",
  confusion: "Confusion matrices",
};

/** Says that not every checkpoint's figure is shown; null where each is. */
export function fewerFigures(comparison: Comparison, kind: JudgeFigure["kind"], most: number): string | null {
  const counts = figuresOf(comparison, kind).map(({ figures }) => figures.filter((figure) => figure !== null).length);
  const all = Math.max(0, ...counts);
  return all <= most
    ? null
    : `${NAMES[kind]} are shown of ${most} of ${all} checkpoints, evenly chosen, so that the page stays readable.`;
}
