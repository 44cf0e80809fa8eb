import { EvalhError, messageOf } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import type { CheckpointFolder } from "./checkpoint-folder.ts";

/** Text to tokens and back, with what the model's files say about special tokens. */
export interface TextCodec {
  /** Token ids with the special tokens the tokenizer puts in front; a leading BOS is never doubled. */
  encode(text: string): number[];
  /** The same without special tokens of its own, for text that a chat template has already furnished with them. */
  encodePlain(text: string): number[];
  /** Text of the ids without special tokens; an empty list gives "". */
  decode(ids: readonly number[]): string;
  /** What to condition on when a context is empty: BOS, or end of text where there is no BOS; null without either. */
  readonly prefixId: number | null;
  readonly padId: number;
  /** Ids that end a generation. */
  readonly endIds: ReadonlySet<number>;
  /** Most tokens that prompt and output may have together; infinite where no file says. */
  readonly window: number;
}

/** Token names are stored as "<s>" or as {"content": "<s>", ...}. */
function tokenName(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  return isJsonObject(value) && typeof value["content"] === "string" ? value["content"] : undefined;
}

function ids(value: JsonValue | undefined): number[] {
  if (typeof value === "number") return [value];
  return Array.isArray(value) ? value.filter((id): id is number => typeof id === "number") : [];
}

/** Multimodal checkpoints nest the language model's settings. */
function languageConfig(config: JsonObject): JsonObject {
  const nested = config["text_config"];
  return isJsonObject(nested) ? nested : config;
}

function findWindow(config: JsonObject, tokenizerConfig: JsonObject): number {
  const named = ["max_position_embeddings", "n_positions", "n_ctx", "max_seq_len"].map((key) => config[key]);
  // Tokenizers without a limit are saved with model_max_length 1e30.
  const lengths = [...named, tokenizerConfig["model_max_length"]];
  const known = lengths.filter((n): n is number => typeof n === "number" && n > 0 && n < 1e9);
  return known.length === 0 ? Infinity : Math.min(...known);
}

/**
 * Makes the codec from `tokenizer.json`, `tokenizer_config.json`, `config.json` and `generation_config.json`.
 *
 * @param options.addBos overrides whether BOS is put in front
 * @param options.window overrides the context window
 * @throws EvalhError E_CHECKPOINT when the tokenizer cannot be built
 */
export async function openTextCodec(
  files: CheckpointFolder,
  options: { readonly addBos: boolean | undefined; readonly window: number | undefined },
): Promise<TextCodec> {
  const { Tokenizer } = await import("@huggingface/tokenizers");
  const config = languageConfig(files.config);
  const { tokenizerConfig, generationConfig } = files;
  let tokenizer: InstanceType<typeof Tokenizer>;
  try {
    tokenizer = new Tokenizer(files.tokenizer, tokenizerConfig);
  } catch (error) {
    throw new EvalhError("E_CHECKPOINT", `the tokenizer.json of ${files.weights} cannot be used: ${messageOf(error)}`, {
      hint: "Save the tokenizer again with a current release of transformers.",
      cause: error,
    });
  }
  const idOf = (key: string): number[] => {
    const name = tokenName(tokenizerConfig[key]);
    const id = name === undefined ? undefined : tokenizer.token_to_id(name);
    return id === undefined ? [] : [id];
  };
  const bos = [...ids(config["bos_token_id"]), ...idOf("bos_token")][0] ?? null;
  const ends = [generationConfig["eos_token_id"], config["eos_token_id"]].map(ids).find((list) => list.length > 0);
  const endIds = new Set([...(ends ?? []), ...idOf("eos_token")]);
  const pad = [...ids(config["pad_token_id"]), ...idOf("pad_token"), ...endIds][0] ?? 0;
  const addBos = options.addBos ?? (tokenizerConfig["add_bos_token"] === true ? true : undefined);
  // transformers >= 4.45 leaves spaces alone unless the tokenizer's configuration asks for the clean-up.
  const cleanUp = tokenizerConfig["clean_up_tokenization_spaces"] === true;
  const encodePlain = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids;

  return {
    encode(text) {
      const encoded = addBos === false ? encodePlain(text) : tokenizer.encode(text).ids;
      if (bos === null) return encoded;
      if (addBos === true && encoded[0] !== bos) return [bos, ...encoded];
      // A prompt that spells BOS out and a tokenizer that adds it would give two.
      return encoded[0] === bos && encoded[1] === bos ? encoded.slice(1) : encoded;
    },
    encodePlain,
    decode: (list) =>
      list.length === 0
        ? ""
        : tokenizer.decode([...list], { skip_special_tokens: true, clean_up_tokenization_spaces: cleanUp }),
    prefixId: bos ?? [...endIds][0] ?? null,
    padId: pad,
    endIds,
    window: options.window ?? findWindow(config, tokenizerConfig),
  };
}
