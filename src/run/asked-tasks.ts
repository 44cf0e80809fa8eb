import type { Suite, Task } from "../suite/suite.ts";

/** Between a task's name and a perturbation's: neither may hold it. */
const SEPARATOR = "~";

/**
 * The tasks as they are asked: the suite's own, and each in its perturbed forms under a name such as "title~typos". The
 * perturbed forms follow all others, so that an interrupted run has its clean scores first, and have no validation
 * samples: they never choose a checkpoint.
 */
export function askedTasks({ tasks }: Pick<Suite, "tasks">): readonly Task[] {
  return [...tasks, ...tasks.flatMap(perturbedForms)];
}

function perturbedForms(task: Task): Task[] {
  const { validation: _, ...dataset } = task.dataset;
  return task.perturb.map((spec) => ({
    ...task,
    name: `${task.name}${SEPARATOR}${spec.name}`,
    dataset,
    prompt: spec.template ?? task.prompt,
    repeats: spec.repeats,
    slices: [],
    perturb: [],
    perturbation: { ...spec, of: task.name },
  }));
}
