import { EvalhError } from "../../core/errors.ts";
import type { Problem } from "../diagnostics.ts";
import type { PerturbOutline, TaskOutline } from "../outline.ts";
import type { CheckContext } from "./context.ts";

/** The names under which a task's perturbed scores are shown. */
export function perturbationNames({ perturb }: TaskOutline): string[] {
  return perturb.flatMap(({ name, module, prompts }) =>
    module === "prompts" ? prompts.map((_, index) => `${name}.${index + 1}`) : [name],
  );
}

/** Perturbations that cannot be made, or share a name. */
export function checkPerturb(context: CheckContext): Problem[] {
  return context.outline.tasks.flatMap((task) => {
    const seen = new Set<string>();
    return task.perturb.flatMap((each) => {
      if (!context.isSound(each.pointer)) return [];
      const found = problemOf(each, { task, context });
      const isTaken = seen.size === seen.add(each.name).size;
      const taken = {
        message: `another perturbation of the task is named "${each.name}"`,
        hint: `name one of them: { ${each.module}: {…}, as: another_name }`,
      };
      const problem = found ?? (isTaken ? taken : null);
      return problem === null ? [] : [context.source.at(each.pointer, problem)];
    });
  });
}

type About = { readonly message: string; readonly hint?: string };

function problemOf(
  each: PerturbOutline,
  { task, context }: { readonly task: TaskOutline; readonly context: CheckContext },
): About | null {
  const { module: name, options, modules, isBare } = each;
  if (modules.length !== 1) return { message: "must name one perturbation", hint: "write each as an entry of its own" };
  if (name === "prompts") {
    return each.columns.length === 0 ? null : { message: '"columns" does not apply to prompts' };
  }
  const module = context.catalog.perturbations.get(name);
  if (module == null) return null;
  const { required } = module.options;
  const [needed] = Array.isArray(required) ? required.map(String) : [];
  if (needed !== undefined && isBare) {
    return { message: `${name} needs the option "${needed}"`, hint: `write { ${name}: { ${needed}: … } }` };
  }
  if (name === "option_order" && task.kind !== "choice" && task.kind !== "classify" && task.kind !== "generate") {
    return { message: `option_order does not apply to kind ${task.kind}` };
  }
  const models = context.outline.judgeModels.flatMap((model) => (model.name === null ? [] : [model.name.text]));
  try {
    module.create(options, { folder: context.folder, models });
    return null;
  } catch (error) {
    if (!(error instanceof EvalhError)) throw error;
    return error.hint === undefined ? { message: error.message } : { message: error.message, hint: error.hint };
  }
}
