import { bleu } from "../../../judges/overlap/bleu.ts";
import { formatBleu, type BleuScore, type SmoothMethod } from "../../../judges/overlap/bleu-score.ts";
import { chrf } from "../../../judges/overlap/chrf.ts";
import type { ReferenceLists } from "../../../judges/overlap/corpus.ts";
import type { Signatures } from "../../../judges/overlap/signature.ts";
import { emptySpans } from "../../../judges/overlap/spans.ts";
import { ter, type TerResult } from "../../../judges/overlap/ter.ts";
import { tokenizers, type TokenizerName } from "../../../judges/overlap/tokenizer/index.ts";
import { tercom, type TercomOptions } from "../../../judges/overlap/tokenizer/tercom.ts";
import { appendText, emptyUnits } from "../../../judges/overlap/units.ts";
import { EvalhError } from "../../../src/core/errors.ts";
import type { GoldenFunction } from "../golden-file.ts";

type Params = Readonly<Record<string, unknown>>;

interface CorpusInput {
  readonly hyps: readonly string[];
  readonly refs: ReferenceLists;
}

interface SentenceInput {
  readonly hyp: string;
  readonly refs: readonly string[];
}

/** Folder of MeCab's IPA dictionary, where it does not lie in a usual place. */
const mecabDictionary = process.env["EVALH_MECAB_DICTIONARY"] || undefined;

/** Runs a case; one that needs an absent dictionary, or that evalh refuses by name, is skipped aloud. */
function skippable(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    const refused = error instanceof EvalhError && ["E_MISSING_DEPENDENCY", "E_JUDGE"].includes(error.code);
    throw refused ? new Error(`skip: ${error.message}`) : error;
  }
}

/** A function over corpora and its twin over single sentences. */
function overCorpora(
  name: string,
  score: (input: CorpusInput, params: Params) => unknown,
): Record<string, GoldenFunction> {
  return {
    [`${name}.corpus`]: (input, params) => skippable(() => score(input as CorpusInput, params)),
    [`${name}.sentence`]: (input, params) => {
      const { hyp, refs } = input as SentenceInput;
      return skippable(() => score({ hyps: [hyp], refs: refs.map((reference) => [reference]) }, params));
    },
  };
}

function bleuOf({ hyps, refs }: CorpusInput, params: Params): unknown {
  const metric = bleu({
    tokenize: params["tokenize"] as TokenizerName | undefined,
    smoothMethod: params["smooth_method"] as SmoothMethod | undefined,
    smoothValue: params["smooth_value"] as number | undefined,
    lowercase: params["lowercase"] as boolean | undefined,
    effectiveOrder: params["effective_order"] as boolean | undefined,
    maxNgramOrder: params["max_ngram_order"] as number | undefined,
    mecabDictionary,
  });
  const result: BleuScore & Signatures = metric.corpus(hyps, refs);
  const { sysLen, refLen, shortSignature } = result;
  return { ...result, sys_len: sysLen, ref_len: refLen, short_signature: shortSignature, format: formatBleu(result) };
}

function chrfOf({ hyps, refs }: CorpusInput, params: Params): unknown {
  const metric = chrf({
    charOrder: params["char_order"] as number | undefined,
    wordOrder: params["word_order"] as number | undefined,
    beta: params["beta"] as number | undefined,
    lowercase: params["lowercase"] as boolean | undefined,
    whitespace: params["whitespace"] as boolean | undefined,
    epsSmoothing: params["eps_smoothing"] as boolean | undefined,
  });
  return metric.corpus(hyps, refs);
}

function tercomOptions(params: Params): TercomOptions {
  return {
    normalized: params["normalized"] as boolean | undefined,
    noPunct: params["no_punct"] as boolean | undefined,
    asianSupport: params["asian_support"] as boolean | undefined,
    caseSensitive: params["case_sensitive"] as boolean | undefined,
  };
}

function terOf({ hyps, refs }: CorpusInput, params: Params): unknown {
  const result: TerResult = ter(tercomOptions(params)).corpus(hyps, refs);
  return { ...result, num_edits: result.numEdits, ref_length: result.refLength };
}

/** The tokens with a space between them. `none` keeps the text and `char` white space, as the reference's do. */
function tokenized(name: TokenizerName, raw: string): string {
  const tokenizer = tokenizers[name]({ mecabDictionary });
  const text = tokenizer.prepare(raw);
  const units = emptyUnits();
  const spans = emptySpans();
  appendText(units, text);
  tokenizer.scan(units.data, 0, units.length, spans);
  const tokens: string[] = [];
  let end = 0;
  for (let i = 0; i <= spans.length; i++) {
    const start = i < spans.length ? (spans.starts[i] as number) : text.length;
    const between = text.slice(end, start);
    if (name === "none") tokens.push(between);
    else if (name === "char") tokens.push(...Array.from(between));
    // A word of the Japanese dictionary may be white space; MeCab itself drops only ASCII spaces.
    else if (name === "ja-mecab") tokens.push(...Array.from(between.replace(/[\t\n\v ]/gu, "")));
    if (i === spans.length) break;
    end = spans.ends[i] as number;
    tokens.push(text.slice(start, end));
  }
  return tokens.join(name === "none" ? "" : " ");
}

/** BLEU, chrF and TER as sacrebleu has them. */
export const overlapFunctions: Record<string, GoldenFunction> = {
  ...overCorpora("bleu", bleuOf),
  ...overCorpora("chrf", chrfOf),
  ...overCorpora("ter", terOf),
  "bleu.tokenize": (input, params) =>
    skippable(() => {
      const name = params["tokenize"] as TokenizerName;
      return { tokenized: (input as { texts: readonly string[] }).texts.map((text) => tokenized(name, text)) };
    }),
  "ter.tokenize": (input, params) => ({
    tokenized: (input as { texts: readonly string[] }).texts.map(tercom(tercomOptions(params))),
  }),
};
