import type { Problem } from "../diagnostics.ts";
import type { CheckContext } from "./context.ts";
import type { PlacedText, TaskOutline } from "../outline.ts";
import { pointerTo } from "../source-document.ts";

/** Names that must be unique, and keys that need or exclude each other within a task. */
export function checkNames({ source, outline }: CheckContext): Problem[] {
  return [
    ...duplicates(outline.tasks.map(({ name }) => name)).map(({ pointer, text }) =>
      source.at(pointer, { message: `another task is named ${JSON.stringify(text)}` }),
    ),
    ...duplicates(outline.models.map(({ name }) => name)).map(({ pointer, text }) =>
      source.at(pointer, { message: `another model is named ${JSON.stringify(text)}` }),
    ),
    ...duplicates(outline.judgeModels.map(({ name }) => name)).map(({ pointer, text }) =>
      source.at(pointer, { message: `another judge model is named ${JSON.stringify(text)}` }),
    ),
    ...outline.tasks.flatMap((task) => kindProblems(task).map(({ pointer, ...about }) => source.at(pointer, about))),
  ];
}

function duplicates(names: readonly (PlacedText | null)[]): PlacedText[] {
  const seen = new Set<string>();
  return names.filter((name) => name !== null).filter(({ text }) => seen.size === seen.add(text).size);
}

interface Finding {
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
}

/** What the kind of a task asks of its other keys. */
function kindProblems(task: TaskOutline): Finding[] {
  const found: Finding[] = [];
  const hasChoices = task.kind === "choice" || task.kind === "classify";
  const isWithout = task.choices === null && task.choiceList === null;
  if (hasChoices && isWithout) {
    found.push({
      pointer: task.pointer,
      message: `missing key "choices"`,
      hint: `a ${task.kind} task chooses among them`,
    });
  }
  if (!hasChoices && !isWithout) {
    const message = `key "choices" does not apply to kind ${task.kind}`;
    found.push({ pointer: pointerTo(task.pointer, "choices"), message, hint: "say `kind: choice`" });
  }
  if (task.kind !== "choice" && task.scoring === "generate") {
    const message = `key "scoring" does not apply to kind ${task.kind}`;
    found.push({ pointer: pointerTo(task.pointer, "scoring"), message });
  }
  if (task.kind === "loglikelihood" && task.references.length === 0) {
    const message = `missing key "references"`;
    found.push({ pointer: task.pointer, message, hint: "a loglikelihood task asks how likely they are" });
  }
  if (task.hasFewShot && task.references.length === 0) {
    const pointer = pointerTo(task.pointer, "few_shot");
    found.push({ pointer, message: `needs "references" in its task`, hint: "they are the answers of the examples" });
  }
  return found;
}
