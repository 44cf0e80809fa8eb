import type { PerturbationModule } from "./perturbation.ts";
import { changeCharacters, charAmounts, charOptions, optionsSchema } from "./words.ts";

const defaults = { charMin: 2, minChar: 1 };

/** Characters that scanners take for each other, each group among itself. */
const ALIKE = [
  "0OoDQ",
  "1lIi",
  "2Zz",
  "5Ss",
  "6bG",
  "8B",
  "9gq",
  "CGc",
  "EF",
  "PR",
  "UV",
  "uv",
  "vy",
  "ce",
  "hb",
  "nr",
  "ft",
];

export const ocr: PerturbationModule = {
  name: "ocr",
  summary: "Takes characters for ones that look alike, as scanners do.",
  reference: "nlpaug 1.1.11 OcrAug; the pairs are our own",
  options: optionsSchema(charOptions(defaults)),
  example: { text: "stage 10 of chronic obstruction", becomes: "sfaqe lQ of chronic obstruction" },
  create(options) {
    const amounts = charAmounts(options, defaults);
    const alike = new Map<string, string[]>();
    for (const group of ALIKE) {
      for (const character of group) {
        const others = Array.from(group).filter((other) => other !== character);
        alike.set(character, [...(alike.get(character) ?? []), ...others]);
      }
    }
    return {
      text: (text, { random }) =>
        changeCharacters(text, random, {
          amounts,
          isChangeable: (character) => alike.has(character),
          change: (characters, positions) => {
            const chosen = new Set(positions);
            return characters.map((character, index) =>
              chosen.has(index) ? random.pick(alike.get(character) ?? [character]) : character,
            );
          },
        }),
    };
  },
};
