import type { PerturbationModule } from "./perturbation.ts";
import { checkModel, fill, promptOption, rewrite } from "./rewrite.ts";
import { optionsSchema } from "./words.ts";

const THERE =
  'Translate the following into {{ language }}. Reply as JSON: {"text": "…"}. Translate everything and add nothing.\n\n{{ text }}';
const BACK =
  'Translate the following from {{ language }} into {{ source }}. Reply as JSON: {"text": "…"}. Translate everything and add nothing.\n\n{{ text }}';

interface Options {
  readonly from_model: string;
  readonly to_model?: string;
  readonly language?: string;
  readonly source?: string;
  readonly prompt?: string;
  readonly back_prompt?: string;
}

export const backTranslation: PerturbationModule = {
  name: "back_translation",
  summary: "Has a model translate the text into another language, and back.",
  reference: "nlpaug 1.1.11 BackTranslationAug; the models are among `judge_models`, asked greedily",
  asks: true,
  options: optionsSchema(
    {
      from_model: { type: "string", minLength: 1, description: "The model that translates." },
      to_model: { type: "string", minLength: 1, description: "The model that translates back; the same by default." },
      language: { type: "string", minLength: 1, default: "German", description: "The language in between." },
      source: { type: "string", minLength: 1, default: "English", description: "The language of the texts." },
      prompt: promptOption("What the first is asked; {{ text }} alone suits a translation model.", THERE),
      back_prompt: promptOption("What the second is asked.", BACK),
    },
    ["from_model"],
  ),
  example: {
    text: "The left lung is inflamed.",
    options: { from_model: "translator" },
    replies: ['{"text": "Die linke Lunge ist entzündet."}', "There is inflammation of the left lung."],
    becomes: "There is inflammation of the left lung.",
  },
  create(options, context) {
    const given = options as unknown as Options;
    const { from_model: first, to_model: second = first, language = "German", source = "English" } = given;
    checkModel(first, context);
    checkModel(second, context);
    const { prompt = THERE, back_prompt: backPrompt = BACK } = given;
    return {
      async text(text) {
        if (text.trim() === "") return text;
        const { ask } = context;
        const there = await rewrite(fill(prompt, { text, language, source }), { model: first, text, ask });
        const back = fill(backPrompt, { text: there, language, source });
        return rewrite(back, { model: second, text: there, ask });
      },
    };
  },
};
