import { EvalhError, messageOf } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { openChatTemplate, templateText } from "./chat-template.ts";
import { readNear, readTokenizerConfig } from "./near-files.ts";
import { openTextCodec } from "./onnx/text-codec.ts";
import { readOptions } from "./options.ts";

/** A token of a prompt as it goes into the model. */
export interface PromptToken {
  readonly id: number;
  /** The text it stands for; its name in the tokenizer where it is a part of a character. */
  readonly piece: string;
  /** True for tokens that stand for no text, such as the beginning of a sequence. */
  readonly isSpecial: boolean;
}

/** What a checkpoint on disk makes of prompts, without its weights. */
export interface PromptCodec {
  /** Whether prompts go through the chat template. */
  readonly isChat: boolean;
  /** The template in the checkpoint's files, used or not; null without one. */
  readonly template: string | null;
  /** Most tokens of prompt and answer together; infinite where no file says. */
  readonly window: number;
  readonly bos: number | null;
  readonly unknown: number | null;
  /** The text as it is tokenised. @throws EvalhError E_PROMPT where the template refuses it */
  render(prompt: string): string;
  /** The same without the opening of the assistant's turn. */
  renderClosed(prompt: string): string;
  /** Tokens of a rendered text, as the backend makes them. */
  tokens(rendered: string): readonly PromptToken[];
  /** What the tokenizer alone would make: servers and other programs do not mend a doubled beginning. */
  plainIds(rendered: string): readonly number[];
}

interface CodecTarget {
  readonly path: string;
  readonly backend: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Opens the tokenizer and chat template of a checkpoint folder.
 * @returns null without a tokenizer.json
 * @throws EvalhError E_CHECKPOINT for files that make no sense
 */
export async function openPromptCodec({ path, backend, options }: CodecTarget): Promise<PromptCodec | null> {
  const tokenizer = await readNear(path, "tokenizer.json");
  if (tokenizer === null) return null;
  const tokenizerConfig = await readTokenizerConfig(path);
  const config = (await readNear(path, "config.json")) ?? {};
  const files = { weights: path, weightsName: "", config, generationConfig: {}, tokenizer, tokenizerConfig };
  const read = readOptions(options);
  const codec = await openTextCodec(files, { addBos: read.boolean("add_bos"), window: read.number("context_window") });
  const vocabulary = await openVocabulary(tokenizer, tokenizerConfig, path);
  const isChat = read.boolean("chat") ?? false;
  const about = { file: path, system: read.string("system") };
  const same = (prompt: string): string => prompt;
  const plainIds = (rendered: string): readonly number[] =>
    isChat ? codec.encodePlain(rendered) : vocabulary.encode(rendered);
  // The transformers worker leaves what the tokenizer makes as it is; ours mends a doubled beginning.
  const ids = (rendered: string): readonly number[] =>
    isChat || backend === "transformers" ? plainIds(rendered) : codec.encode(rendered);
  return {
    isChat,
    template: templateText(tokenizerConfig) ?? null,
    window: codec.window,
    bos: vocabulary.idOf(tokenizerConfig["bos_token"]),
    unknown: vocabulary.idOf(tokenizerConfig["unk_token"]),
    render: isChat ? await openChatTemplate(tokenizerConfig, about) : same,
    renderClosed: isChat ? await openChatTemplate(tokenizerConfig, { ...about, opensTurn: false }) : same,
    tokens: (rendered) => ids(rendered).map(vocabulary.describe),
    plainIds,
  };
}

interface Vocabulary {
  readonly encode: (text: string) => readonly number[];
  readonly describe: (id: number) => PromptToken;
  /** Of a token's name as configurations write it. */
  readonly idOf: (name: unknown) => number | null;
}

async function openVocabulary(tokenizer: JsonObject, config: JsonObject, path: string): Promise<Vocabulary> {
  const { Tokenizer } = await import("@huggingface/tokenizers");
  let opened: InstanceType<typeof Tokenizer>;
  try {
    opened = new Tokenizer(tokenizer, config);
  } catch (error) {
    throw new EvalhError("E_CHECKPOINT", `the tokenizer.json of ${path} cannot be used: ${messageOf(error)}`, {
      hint: "Save the tokenizer again with a current release of transformers.",
      cause: error,
    });
  }
  const special = specialIds(tokenizer);
  const textOf = (id: number): string => {
    const text = opened.decode([id], { skip_special_tokens: false, clean_up_tokenization_spaces: false });
    return text === "" || text.includes("\uFFFD") ? (opened.id_to_token(id) ?? "?") : text;
  };
  return {
    encode: (text) => opened.encode(text).ids,
    describe: (id) => {
      const isSpecial = special.has(id);
      return { id, piece: isSpecial ? (opened.id_to_token(id) ?? "?") : textOf(id), isSpecial };
    },
    idOf: (name) => {
      const text = isJsonObject(name) ? name["content"] : name;
      return typeof text === "string" ? (opened.token_to_id(text) ?? null) : null;
    },
  };
}

function specialIds({ added_tokens: added }: JsonObject): ReadonlySet<number> {
  const list: readonly unknown[] = Array.isArray(added) ? added : [];
  return new Set(
    list.filter(isJsonObject).flatMap(({ id, special }) => (special === true && typeof id === "number" ? [id] : [])),
  );
}
