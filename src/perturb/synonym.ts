import { resolve } from "node:path";

import { readWordNet, type Synonyms } from "../lexicon/wordnet.ts";
import type { PerturbationModule } from "./perturbation.ts";
import { amount, changeWords, optionsSchema, stopTest, wordAmounts, wordOptions } from "./words.ts";

/** Determiners, which nlpaug leaves alone: WordNet knows "a" as a vitamin. */
const DETERMINERS =
  "a an the this that these those each every some any no all another both either neither which what".split(" ");

export const synonym: PerturbationModule = {
  name: "synonym",
  summary: "Puts synonyms from WordNet in the place of words.",
  reference: "nlpaug 1.1.11 SynonymAug with aug_src wordnet; of all parts of speech, since words are not tagged",
  options: optionsSchema(
    {
      wordnet: {
        type: "string",
        minLength: 1,
        description: "Folder of a WordNet dictionary (index.noun lies in it).",
      },
      ...wordOptions,
    },
    ["wordnet"],
  ),
  example: {
    text: "The ferry left with a young man and his dish.",
    options: { wordnet: "test/fixtures/wordnet" },
    becomes: "The ferryboat left with a young fellow and his plate.",
  },
  create(options, { folder = "" }) {
    const { wordnet } = options as unknown as { readonly wordnet: string };
    const { aug_p: share, aug_min: least, aug_max: most, stopwords } = wordAmounts(options);
    const isStop = stopTest([...DETERMINERS, ...stopwords]);
    let read: Synonyms | null = null;
    const synonymsOf = (word: string): readonly string[] => {
      read ??= readWordNet(resolve(folder, wordnet), { phrases: true });
      return read(word).filter((other) => other.toLowerCase().replaceAll("_", " ") !== word.toLowerCase());
    };
    return {
      text: (text, { random }) =>
        changeWords(text, random, {
          isCandidate: (word) => !isStop(word) && synonymsOf(word).length > 0,
          count: (words) => amount(words, share, [least, most]),
          change: (word) => likeCapitals(word, random.pick(synonymsOf(word)).replaceAll(/[_-]/gu, " ").toLowerCase()),
        }),
    };
  },
};

/** nlpaug's `align_capitalization`: a capital at the beginning, or capitals throughout. */
function likeCapitals(model: string, word: string): string {
  if (model.length > 1 && model === model.toUpperCase() && model !== model.toLowerCase()) return word.toUpperCase();
  return /^\p{Lu}/u.test(model) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}
