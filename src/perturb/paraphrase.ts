import type { PerturbationModule } from "./perturbation.ts";
import { checkModel, fill, promptOption, rewrite } from "./rewrite.ts";
import { optionsSchema } from "./words.ts";

const PROMPT =
  "Say the following in other words. Keep its meaning, its language and every name, number and code exactly. " +
  'This is version {{ version }}: word it differently from other versions. Reply as JSON: {"text": "…"}.\n\n{{ text }}';

interface Options {
  readonly model: string;
  readonly prompt?: string;
}

export const paraphrase: PerturbationModule = {
  name: "paraphrase",
  summary: "Has a model say the text in other words.",
  reference: "our own; the model is one of `judge_models`, asked greedily",
  asks: true,
  options: optionsSchema(
    {
      model: { type: "string", minLength: 1, description: "Name of the model to ask." },
      prompt: promptOption("What it is asked; {{ text }} and {{ version }} are filled in.", PROMPT),
    },
    ["model"],
  ),
  example: {
    text: "Which disease is this?",
    options: { model: "writer" },
    replies: ['{"text": "What illness does this describe?"}'],
    becomes: "What illness does this describe?",
  },
  create(options, context) {
    const { model, prompt = PROMPT } = options as unknown as Options;
    checkModel(model, context);
    return {
      text: (text, { version }) =>
        text.trim() === ""
          ? text
          : rewrite(fill(prompt, { text, version: String(version + 1) }), { model, text, ask: context.ask }),
    };
  },
};
