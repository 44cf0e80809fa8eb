import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { EvalhError, hasErrno, messageOf } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) return null;
    throw new EvalhError("E_CHECKPOINT", `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function readJson(file: string): Promise<JsonObject | null> {
  const text = await readText(file);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch (error) {
    throw new EvalhError("E_CHECKPOINT", `${file} is not JSON: ${messageOf(error)}`, {
      place: { file },
      hint: "Copy the file again from the training output; it may have been cut off while it was written.",
      cause: error,
    });
  }
  throw new EvalhError("E_CHECKPOINT", `${file} does not hold a JSON object`, { place: { file } });
}

/** Settings and tokenizers are often stored once for all checkpoints, one folder up. @throws EvalhError E_CHECKPOINT */
export async function readNear(folder: string, name: string): Promise<JsonObject | null> {
  return (await readJson(join(folder, name))) ?? readJson(join(dirname(folder), name));
}

/**
 * tokenizer_config.json with the chat template that counts: transformers 4.50 and later keep it in a file of its own,
 * which goes before one in the configuration.
 */
export async function readTokenizerConfig(folder: string): Promise<JsonObject> {
  const config = (await readNear(folder, "tokenizer_config.json")) ?? {};
  const name = "chat_template.jinja";
  const template = (await readText(join(folder, name))) ?? (await readText(join(dirname(folder), name)));
  return template === null ? config : { ...config, chat_template: template };
}
