import { EvalhError } from "../../core/errors.ts";
import type { Problem } from "../diagnostics.ts";
import type { CheckContext } from "./context.ts";
import { compilePrompt } from "../prompt.ts";

/** Templates that Jinja does not understand. */
export function checkTemplates({ source, outline }: CheckContext): Problem[] {
  const templates = outline.tasks.flatMap(({ prompt, references, perturb, choiceList }) => [
    ...(prompt === null ? [] : [prompt]),
    ...references,
    ...(choiceList === null ? [] : [choiceList]),
    ...perturb.flatMap(({ prompts }) => prompts),
  ]);
  return [...templates, ...outline.training.templates].flatMap(({ text, pointer }) => {
    try {
      compilePrompt(text, { file: source.file });
      return [];
    } catch (error) {
      if (!(error instanceof EvalhError)) throw error;
      return [source.at(pointer, { message: `is ${error.message}` })];
    }
  });
}
