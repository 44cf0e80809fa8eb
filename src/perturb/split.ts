import type { PerturbationModule } from "./perturbation.ts";
import { amount, changeWords, optionsSchema, stopTest, wordAmounts, wordOptions } from "./words.ts";

export const split: PerturbationModule = {
  name: "split",
  summary: "Splits words in two.",
  reference: "nlpaug 1.1.11 SplitAug",
  options: optionsSchema({
    ...wordOptions,
    min_char: { type: "integer", minimum: 2, default: 4, description: "Shorter words are left alone." },
  }),
  example: { text: "acute bronchitis of the left lung", becomes: "acut e bronchitis of the l eft lung" },
  create(options) {
    const { min_char: shortest = 4 } = options as { readonly min_char?: number };
    const { aug_p: share, aug_min: least, aug_max: most, stopwords } = wordAmounts(options);
    const isStop = stopTest(stopwords);
    return {
      text: (text, { random }) =>
        changeWords(text, random, {
          isCandidate: (word) => Array.from(word).length >= shortest && !isStop(word),
          count: (words) => amount(words, share, [least, most]),
          change: (word) => {
            const characters = Array.from(word);
            const at = 1 + random.below(characters.length - 1);
            return `${characters.slice(0, at).join("")} ${characters.slice(at).join("")}`;
          },
        }),
    };
  },
};
