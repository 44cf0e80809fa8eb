import { templateText } from "../backend/chat-template.ts";
import { readNear, readTokenizerConfig } from "../backend/near-files.ts";
import type { Checkpoint, Prompting } from "../core/checkpoint.ts";
import { EvalhError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { digestOf } from "../suite/digest.ts";
import type { Model } from "../suite/suite.ts";

/** Members of tokenizer.json that a training run sets by the way; no backend cuts or fills up prompts by them. */
const BY_THE_WAY = new Set(["truncation", "padding"]);
/** Members of tokenizer_config.json that change what becomes of a text. */
const DECIDING = ["add_bos_token", "add_eos_token", "add_prefix_space", "bos_token", "eos_token"];

const UNSEEN: Prompting = { tokenizer: null, template: null };

/**
 * What turns a checkpoint's prompts into tokens, as digests. Files that were only written anew have the same. What
 * cannot be read is not seen here; the backend will say why.
 *
 * @param format of the checkpoint: one file that holds its tokenizer within is not looked into
 */
export async function promptingOf(
  { path, format }: Pick<Checkpoint, "path" | "format">,
  { options, url }: Pick<Model, "options" | "url">,
): Promise<Prompting> {
  if (url !== null) return servedPrompting(options);
  if (format.startsWith("gguf")) return UNSEEN;
  try {
    const [tokenizer, config] = [await readNear(path, "tokenizer.json"), await readTokenizerConfig(path)];
    const system = options["system"] ?? null;
    return {
      tokenizer: tokenizer === null ? null : tokenizerDigest(tokenizer, config),
      template: options["chat"] === true ? digestOf({ template: templateText(config) ?? null, system }) : "none",
    };
  } catch (error) {
    if (error instanceof EvalhError) return UNSEEN;
    throw error;
  }
}

/** A server's tokenizer cannot be seen, nor can its chat template. */
export function servedPrompting(options: Model["options"]): Prompting {
  return { tokenizer: null, template: options["api"] === "completions" ? "none" : null };
}

function tokenizerDigest(tokenizer: JsonObject, config: JsonObject): string {
  const text = Object.fromEntries(Object.entries(tokenizer).filter(([name]) => !BY_THE_WAY.has(name)));
  return digestOf({ tokenizer: text, deciding: DECIDING.map((name) => [name, config[name] ?? null]) });
}

/** What of a model's checkpoints does not tokenise prompts as the first does: their scores differ for that reason, too. */
export function promptingWarnings(checkpoints: readonly Pick<Checkpoint, "id" | "prompting">[]): string[] {
  const name = (id: string): string => id.slice(id.indexOf("/") + 1);
  return (["tokenizer", "template"] as const).flatMap((part) => {
    const known = checkpoints.filter(({ prompting }) => prompting?.[part] != null);
    const [first] = known;
    const others = known.filter(({ prompting }) => prompting?.[part] !== first?.prompting?.[part]);
    if (first === undefined || others.length === 0) return [];
    const what = part === "tokenizer" ? "tokenizer" : "chat template";
    return [`${others.map(({ id }) => name(id)).join(", ")}: another ${what} than ${name(first.id)}`];
  });
}
