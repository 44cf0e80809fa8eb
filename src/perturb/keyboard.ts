import { keyNeighbours, layouts, type LayoutName } from "./keyboard-layout.ts";
import type { PerturbationModule } from "./perturbation.ts";
import { changeCharacters, charAmounts, charOptions, optionsSchema } from "./words.ts";

const defaults = { charMin: 1, minChar: 4 };

interface Options {
  readonly lang?: LayoutName;
  readonly include_special_char?: boolean;
  readonly include_numeric?: boolean;
  readonly include_upper_case?: boolean;
}

export const keyboard: PerturbationModule = {
  name: "keyboard",
  summary: "Hits a neighbouring key instead.",
  reference: "nlpaug 1.1.11 KeyboardAug",
  options: optionsSchema({
    lang: { type: "string", enum: Object.keys(layouts), default: "en", description: "Layout of the keyboard." },
    include_special_char: { type: "boolean", default: true, description: "The neighbour may be a punctuation key." },
    include_numeric: { type: "boolean", default: true, description: "The neighbour may be a digit." },
    include_upper_case: { type: "boolean", default: true, description: "The neighbour may be hit with shift." },
    ...charOptions(defaults),
  }),
  example: {
    text: "acute bronchitis of the left lung",
    options: { include_special_char: false },
    becomes: "aVyte bronchitis of the pefF lung",
  },
  create(options) {
    const { lang = "en", ...include } = options as Options;
    const neighbours = keyNeighbours(lang, {
      special: include.include_special_char ?? true,
      numeric: include.include_numeric ?? true,
      shifted: include.include_upper_case ?? true,
    });
    const amounts = charAmounts(options, defaults);
    return {
      text: (text, { random }) =>
        changeCharacters(text, random, {
          amounts,
          isChangeable: (character) => neighbours.has(character),
          change: (characters, positions) => {
            const hit = new Set(positions);
            return characters.map((character, index) =>
              hit.has(index) ? random.pick(neighbours.get(character) ?? [character]) : character,
            );
          },
        }),
    };
  },
};
