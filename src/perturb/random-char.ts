import { characterActions, editCharacters, type CharacterAction, type EditOptions } from "./character-edits.ts";
import type { PerturbationModule } from "./perturbation.ts";
import { changeCharacters, charAmounts, charOptions, optionsSchema } from "./words.ts";

const defaults = { charMin: 1, minChar: 4 };
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

interface Options {
  readonly action?: CharacterAction;
  readonly swap_mode?: EditOptions["swapMode"];
  readonly include_upper_case?: boolean;
  readonly include_lower_case?: boolean;
  readonly include_numeric?: boolean;
  readonly spec_char?: string;
  readonly candidates?: readonly string[];
}

export const randomChar: PerturbationModule = {
  name: "random_char",
  summary: "Inserts, substitutes, swaps or deletes characters at random.",
  reference: "nlpaug 1.1.11 RandomCharAug",
  options: optionsSchema({
    action: {
      type: "string",
      enum: [...characterActions],
      default: "substitute",
      description: "What happens to a character.",
    },
    swap_mode: {
      type: "string",
      enum: ["adjacent", "middle", "random"],
      default: "adjacent",
      description: "With which other character it is swapped.",
    },
    include_upper_case: { type: "boolean", default: true, description: "Capitals may come in." },
    include_lower_case: { type: "boolean", default: true, description: "Small letters may come in." },
    include_numeric: { type: "boolean", default: true, description: "Digits may come in." },
    spec_char: { type: "string", default: "!@#$%^&*()_+", description: "Further characters to insert or substitute." },
    candidates: {
      type: "array",
      items: { type: "string", minLength: 1 },
      minItems: 1,
      description: "These characters instead.",
    },
    ...charOptions(defaults),
  }),
  example: {
    text: "acute bronchitis of the left lung",
    options: { action: "swap", aug_char_p: 0.1 },
    becomes: "actue bronchitis of the lfet lung",
  },
  create(options) {
    const given = options as Options;
    const { action = "substitute", swap_mode: swapMode = "adjacent" } = given;
    const candidates = given.candidates ?? alphabet(given);
    const amounts = charAmounts(options, defaults);
    return {
      text: (text, { random }) =>
        changeCharacters(text, random, {
          amounts,
          change: (characters, positions) =>
            editCharacters(action, characters, positions, { random, candidates, swapMode }),
        }),
    };
  },
};

function alphabet(options: Options): readonly string[] {
  const {
    include_upper_case: upper = true,
    include_lower_case: lower = true,
    include_numeric: numeric = true,
    spec_char: special = "!@#$%^&*()_+",
  } = options;
  const all = `${upper ? LETTERS.toUpperCase() : ""}${lower ? LETTERS : ""}${numeric ? "0123456789" : ""}${special}`;
  return all === "" ? Array.from(LETTERS) : Array.from(all);
}
