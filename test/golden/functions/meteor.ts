import { fileURLToPath } from "node:url";

import { meteorScore } from "../../../judges/meteor/align.ts";
import { treebankWords, whiteSpaceWords } from "../../../judges/meteor/words.ts";
import { readWordNet } from "../../../src/lexicon/wordnet.ts";
import type { GoldenFunction } from "../golden-file.ts";

const dictionary = (): ReturnType<typeof readWordNet> =>
  readWordNet(fileURLToPath(new URL("../../fixtures/wordnet", import.meta.url)));

interface Segment {
  readonly hyp: string;
  readonly refs: readonly string[];
}

export const meteorFunctions: Readonly<Record<string, GoldenFunction>> = {
  "meteor.words": (input) => ({ words: treebankWords(input as string) }),
  "meteor.synonyms": (input) => ({ synonyms: [...dictionary()(input as string)].sort() }),
  "meteor.score": (input, params) => {
    const { hyp, refs } = input as Segment;
    const split = params["tokenize"] === "none" ? whiteSpaceWords : treebankWords;
    const words = (text: string): string[] => split(text).map((word) => word.toLowerCase());
    const parameters = {
      alpha: Number(params["alpha"] ?? 0.9),
      beta: Number(params["beta"] ?? 3),
      gamma: Number(params["gamma"] ?? 0.5),
      synonyms: params["wordnet"] === null ? null : dictionary(),
    };
    return { score: Math.max(...refs.map((reference) => meteorScore(words(hyp), words(reference), parameters))) };
  },
};
