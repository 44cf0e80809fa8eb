import { EvalhError } from "../../core/errors.ts";
import type { Judge, JudgeContext, JudgeModule } from "../../core/judge.ts";
import type { Problem } from "../diagnostics.ts";
import type { CheckContext } from "./context.ts";
import { metricName } from "../metric-name.ts";
import type { JudgeOutline, TaskOutline } from "../outline.ts";
import { pointerTo } from "../source-document.ts";

/** The metrics of a task. */
interface MetricNames {
  readonly names: ReadonlySet<string>;
  /** False where a judge cannot be made, whose metrics are then not known. */
  readonly areAll: boolean;
}

/** The metrics of each task by its name. */
export type TaskMetrics = ReadonlyMap<string, MetricNames>;

/** Judges that do not fit their task, and what metrics there are. */
export function checkJudges(context: CheckContext): { problems: Problem[]; metrics: TaskMetrics } {
  const problems: Problem[] = [];
  const metrics = new Map<string, MetricNames>();
  for (const task of context.outline.tasks) {
    const owners = new Map<string, string>();
    let areAll = task.judges.length > 0 && context.isSound(pointerTo(task.pointer, "judges"));
    for (const judge of task.judges) {
      const { problem, names } = checkJudge(judge, { task, context, owners });
      if (problem !== null) problems.push(problem);
      if (names === null) areAll = false;
      for (const name of names ?? []) owners.set(name, judge.name);
    }
    if (task.name !== null) metrics.set(task.name.text, { names: new Set(owners.keys()), areAll });
  }
  return { problems, metrics };
}

function judgeContext(task: TaskOutline, { folder, outline }: CheckContext): JudgeContext {
  const models = outline.judgeModels.flatMap(({ name }) => (name === null ? [] : [name.text]));
  const context = { repeats: task.repeats, folder, models };
  return task.choices === null ? context : { ...context, choices: task.choices };
}

function requiredOptions({ options }: JudgeModule): readonly string[] {
  const { required } = options;
  return Array.isArray(required) ? required.map(String) : [];
}

interface JudgeCheck {
  readonly problem: Problem | null;
  /** Null if the judge cannot be made. */
  readonly names: readonly string[] | null;
}

function checkJudge(
  judge: JudgeOutline,
  { task, context, owners }: { task: TaskOutline; context: CheckContext; owners: ReadonlyMap<string, string> },
): JudgeCheck {
  const { source, catalog } = context;
  const refuse = (message: string, hint?: string): JudgeCheck => ({
    problem: source.at(judge.pointer, { message, hint }),
    names: null,
  });
  if (judge.modules.length !== 1) {
    return context.isSound(judge.pointer)
      ? refuse("must name one judge", "write each judge as an entry of its own")
      : { problem: null, names: null };
  }
  const module = catalog.judges.get(judge.module);
  if (module == null || !context.isSound(judge.pointer)) return { problem: null, names: null };
  if (module.needsReferences && task.references.length === 0) {
    return refuse(
      `${judge.module} needs references, and the task has none`,
      'add `references: "{{ column }}"` to the task',
    );
  }
  const [needed] = requiredOptions(module);
  if (needed !== undefined && judge.isBare) {
    return refuse(`${judge.module} needs the option "${needed}"`, `write { ${judge.module}: { ${needed}: … } }`);
  }
  let made: Judge;
  try {
    made = module.create(judge.options, judgeContext(task, context));
  } catch (error) {
    if (!(error instanceof EvalhError)) throw error;
    return refuse(error.message, error.hint);
  }
  const names = made.metrics.map((metric) => metricName(judge, metric.name, made.metrics.length));
  const taken = names.find((name) => owners.has(name));
  if (taken === undefined) return { problem: null, names };
  const message = `gives a metric "${taken}", which judge ${owners.get(taken) ?? ""} gives already`;
  return refuse(message, `name one of them: { ${judge.module}: {…}, as: another_name }`);
}
