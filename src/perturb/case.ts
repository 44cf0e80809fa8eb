import type { PerturbationModule } from "./perturbation.ts";
import { amount, changeWords, optionsSchema, stopTest, wordAmounts, wordOptions } from "./words.ts";

const styles = ["lower", "upper", "title", "swap", "random"] as const;

export const letterCase: PerturbationModule = {
  name: "case",
  summary: "Writes words in other letters: lower, upper, title, swapped, or each letter at random.",
  reference: "words are chosen as nlpaug 1.1.11 does; of all words by default",
  options: optionsSchema({
    style: { type: "string", enum: [...styles], default: "lower", description: "How the words are written." },
    ...wordOptions,
    aug_p: { type: "number", minimum: 0, maximum: 1, default: 1, description: "Share of the words, rounded up." },
    aug_max: { type: "integer", minimum: 0, description: "At most so many words; without it, no limit." },
  }),
  example: { text: "Acute Bronchitis, left Lung", options: { style: "swap" }, becomes: "aCUTE bRONCHITIS, LEFT lUNG" },
  create(options) {
    const { style = "lower" } = options as { readonly style?: (typeof styles)[number] };
    const {
      aug_p: share,
      aug_min: least,
      aug_max: most,
      stopwords,
    } = wordAmounts({
      aug_p: 1,
      aug_max: Number.MAX_SAFE_INTEGER,
      ...options,
    });
    const isStop = stopTest(stopwords);
    return {
      text: (text, { random }) => {
        const change: Readonly<Record<typeof style, (word: string) => string>> = {
          lower: (word) => word.toLowerCase(),
          upper: (word) => word.toUpperCase(),
          title: (word) =>
            Array.from(word)
              .map((each, at) => (at === 0 ? each.toUpperCase() : each.toLowerCase()))
              .join(""),
          swap: (word) => Array.from(word).map(swapped).join(""),
          random: (word) =>
            Array.from(word)
              .map((each) => (random.chance(0.5) ? each.toUpperCase() : each.toLowerCase()))
              .join(""),
        };
        return changeWords(text, random, {
          isCandidate: (word) => !isStop(word),
          count: (words) => amount(words, share, [least, most]),
          change: change[style],
        });
      },
    };
  },
};

function swapped(letter: string): string {
  const upper = letter.toUpperCase();
  return letter === upper ? letter.toLowerCase() : upper;
}
