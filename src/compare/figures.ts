import type { TaskFigure } from "./comparison.ts";
import type { RunData } from "./run-data.ts";
import { unitKey } from "./shard-scan.ts";

/** The figures of every test task. Several judges may count the same labels: the first one's are taken. */
export function taskFigures({ figures, checkpoints }: RunData): TaskFigure[] {
  const groups = Map.groupBy(figures, ({ unit, figure }) => `${figure.kind} ${unitKey(unit)}`);
  return [...groups.values()].flatMap(([first, ...rest]) => {
    if (first === undefined) return [];
    const { unit, judge, figure } = first;
    const of = new Map(
      [first, ...rest].filter((each) => each.judge === judge).map((each) => [each.checkpoint, each.figure]),
    );
    return [{ task: unit.task, kind: figure.kind, judge, figures: checkpoints.map(({ id }) => of.get(id) ?? null) }];
  });
}
