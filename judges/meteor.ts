import { resolve } from "node:path";

import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeContext, JudgeModule } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { attemptWithReferences } from "./metric/attempt.ts";
import { meanMetric } from "./metric/mean.ts";
import { meteorScore, type Synonyms } from "./meteor/align.ts";
import { treebankWords, whiteSpaceWords } from "./meteor/words.ts";
import { readWordNet } from "../src/lexicon/wordnet.ts";

type MeteorStats = {
  /** 0..1. */
  readonly score: number;
};

const tokenizers = { treebank: treebankWords, none: whiteSpaceWords };

interface SuiteOptions {
  readonly tokenize?: keyof typeof tokenizers;
  readonly wordnet?: string;
  readonly alpha?: number;
  readonly beta?: number;
  readonly gamma?: number;
}

/** Reads the dictionary when the first sample is scored: whoever only reads scores back needs none. */
function synonymsOf(folder: string | undefined): () => Synonyms | null {
  let read: Synonyms | undefined;
  return () => (folder === undefined ? null : (read ??= readWordNet(folder)));
}

function create(options: JsonObject, context: JudgeContext): Judge<MeteorStats> {
  const { tokenize = "treebank", wordnet, alpha = 0.9, beta = 3, gamma = 0.5 } = options as SuiteOptions;
  const words = (text: string): string[] => tokenizers[tokenize](text).map((word) => word.toLowerCase());
  const synonyms = synonymsOf(wordnet === undefined ? undefined : resolve(context.folder ?? "", wordnet));
  const stages = wordnet === undefined ? "exact,stem" : "exact,stem,wordnet";
  return {
    name: "meteor",
    version: "1",
    signature: signatureOf("nltk:3.10.4", { stages, tok: tokenize, alpha, beta, gamma }),
    metrics: [meanMetric<MeteorStats>({ name: "meteor" }, ({ score }) => score)],
    score: (completion, sample) =>
      attemptWithReferences(sample, () => {
        const parameters = { alpha, beta, gamma, synonyms: synonyms() };
        const hypothesis = words(completion.text);
        const scores = sample.references.map((reference) => meteorScore(hypothesis, words(reference), parameters));
        return { score: Math.max(...scores) };
      }),
  };
}

const weight = (description: string, fallback: number, maximum: number): JsonObject => ({
  description,
  type: "number",
  minimum: 0,
  maximum,
  default: fallback,
});

export const meteor: JudgeModule = {
  name: "meteor",
  summary:
    "Matched words, stems and (with a WordNet dictionary) synonyms, less for scattered ones. Without a dictionary no synonyms.",
  reference: "nltk 3.10.4 meteor_score; without `wordnet` its exact and stem stages alone",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      tokenize: {
        description: "treebank: nltk's word_tokenize without sentence splitting. none: white space.",
        enum: Object.keys(tokenizers),
        default: "treebank",
      },
      wordnet: {
        description: "Folder of a WordNet dictionary (index.noun lies in it), for synonyms of English words.",
        type: "string",
        minLength: 1,
      },
      alpha: weight("How much precision weighs in the mean; recall has the rest.", 0.9, 1),
      beta: weight("How steeply scattered matches are punished.", 3, 100),
      gamma: weight("How much they are punished at most.", 0.5, 1),
    },
  },
  example: {
    output: "The ferries crossed slowly.",
    references: ["The ferry crossed slowly."],
    values: { meteor: 99.6 },
  },
  create,
};
