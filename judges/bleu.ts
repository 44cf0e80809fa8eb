import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeModule } from "../src/core/judge.ts";
import { bleu as makeBleu, type BleuOptions } from "./overlap/bleu.ts";
import { corpusJudge, type OverlapStats } from "./overlap/corpus-judge.ts";
import { tokenizers } from "./overlap/tokenizer/index.ts";

/** Options as a suite writes them, checked against the schema. */
interface SuiteOptions {
  readonly tokenize?: BleuOptions["tokenize"];
  readonly lowercase?: boolean;
  readonly smooth_method?: BleuOptions["smoothMethod"];
  readonly smooth_value?: number;
  readonly effective_order?: boolean;
  readonly max_ngram_order?: number;
  readonly mecab_dictionary?: string;
}

/** A perfect score is 100.00000000000004 by the reference's logarithms. */
const capped = (score: number): number => Math.min(100, score);

function create(options: JsonObject): Judge<OverlapStats> {
  const suite = options as SuiteOptions;
  const metric = makeBleu({
    tokenize: suite.tokenize,
    lowercase: suite.lowercase,
    smoothMethod: suite.smooth_method,
    smoothValue: suite.smooth_value,
    effectiveOrder: suite.effective_order,
    maxNgramOrder: suite.max_ngram_order,
    mecabDictionary: suite.mecab_dictionary,
  });
  const order = suite.max_ngram_order ?? 4;
  // How many references there are is the data's affair; sacrebleu's signature does not tell the order.
  const { signature } = metric.signatures("var");
  return corpusJudge({
    name: "bleu",
    signature: order === 4 ? signature : `${signature}|order:${order}`,
    statistics: metric,
    higherIsBetter: true,
    range: [0, 100],
    score: (sums) => capped(metric.score(sums).score),
    sampleScore: (stats) => capped(metric.score(stats, true).score),
  });
}

export const bleu: JudgeModule = {
  name: "bleu",
  summary: "Shared word n-grams with the references over the whole corpus, with a penalty for brevity.",
  reference: "sacrebleu 2.6.0",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      tokenize: {
        description:
          "How text is cut into words: 13a for Western languages, intl for all punctuation of Unicode, zh for Chinese, ja-mecab for Japanese with MeCab's IPA dictionary, char for characters, none for text that is tokenized already.",
        enum: Object.keys(tokenizers),
        default: "13a",
      },
      lowercase: { description: "Compare in lowercase.", type: "boolean", default: false },
      smooth_method: {
        description: "What orders without any match count as.",
        enum: ["exp", "floor", "add-k", "none"],
        default: "exp",
      },
      smooth_value: {
        description: "For floor the matches to assume, by default 0.1; for add-k what to add, by default 1.",
        type: "number",
        minimum: 0,
        maximum: 1,
      },
      effective_order: {
        description: "Leave out orders that no output is long enough for. Single samples' scores always do.",
        type: "boolean",
        default: false,
      },
      max_ngram_order: { description: "Longest n-gram.", type: "integer", minimum: 1, maximum: 16, default: 4 },
      mecab_dictionary: {
        description: "For ja-mecab: folder of MeCab's compiled IPA dictionary. By default where packages install it.",
        type: "string",
        minLength: 1,
      },
    },
  },
  example: {
    output: "rain falls on the old roof",
    references: ["rain falls on the new roof"],
    values: { bleu: 53.7284965911771 },
  },
  create,
};
