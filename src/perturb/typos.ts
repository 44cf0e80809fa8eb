import { characterActions, editCharacters } from "./character-edits.ts";
import type { PerturbationModule } from "./perturbation.ts";
import { changeCharacters, charAmounts, charOptions, optionsSchema } from "./words.ts";

const defaults = { charMin: 1, minChar: 4 };
const LETTERS = Array.from("abcdefghijklmnopqrstuvwxyz");

export const typos: PerturbationModule = {
  name: "typos",
  summary: "Misspells words: in each one changed, letters are swapped, left out, doubled by another or replaced.",
  reference: "nlpaug 1.1.11 RandomCharAug, with an action drawn for every word and letters only",
  options: optionsSchema({
    ...charOptions(defaults),
    aug_char_p: {
      type: "number",
      minimum: 0,
      maximum: 1,
      default: 0.1,
      description: "Share of a word's characters that are changed, rounded up.",
    },
  }),
  example: { text: "acute bronchitis of the left lung", becomes: "acte bronchitis of the lehft lung" },
  create(options) {
    const amounts = charAmounts({ aug_char_p: 0.1, ...options }, defaults);
    return {
      text: (text, { random }) =>
        changeCharacters(text, random, {
          amounts,
          change: (characters, positions) =>
            editCharacters(random.pick(characterActions), characters, positions, {
              random,
              candidates: LETTERS,
              swapMode: "adjacent",
            }),
        }),
    };
  },
};
