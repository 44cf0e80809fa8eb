import { EvalhError, messageOf } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";

const HINT = "Leave out the option chat, or add a chat_template to tokenizer_config.json.";

/** The template that a configuration holds; undefined without one. */
export function templateText(config: JsonObject): string | undefined {
  const stored = config["chat_template"];
  if (typeof stored === "string") return stored;
  // Older files hold a list of {name, template}.
  const entries: readonly unknown[] = Array.isArray(stored) ? stored : [];
  const named = entries.filter(isJsonObject);
  const chosen = named.find((entry) => entry["name"] === "default") ?? named[0];
  const text = chosen?.["template"];
  return typeof text === "string" ? text : undefined;
}

function specialTokens(config: JsonObject): Record<string, string> {
  const found: Record<string, string> = {};
  for (const key of ["bos_token", "eos_token", "pad_token", "unk_token"]) {
    const value = config[key];
    const text = isJsonObject(value) ? value["content"] : value;
    if (typeof text === "string") found[key] = text;
  }
  return found;
}

/**
 * Compiles the chat template of `tokenizer_config.json`. The prompt becomes the user's one message; the template opens
 * the assistant's turn.
 *
 * @param options.opensTurn false only to see what a template makes of a conversation that is over
 * @throws EvalhError E_CHECKPOINT without a template or with one that does not parse; E_PROMPT, from the returned
 * function, when the template refuses a message
 */
export async function openChatTemplate(
  config: JsonObject,
  {
    file,
    system,
    opensTurn = true,
  }: { readonly file: string; readonly system: string | undefined; readonly opensTurn?: boolean },
): Promise<(prompt: string) => string> {
  const text = templateText(config);
  if (text === undefined) {
    throw new EvalhError("E_CHECKPOINT", `option chat is set, but ${file} comes without a chat_template`, {
      hint: HINT,
    });
  }
  const { Template } = await import("@huggingface/jinja");
  const special = specialTokens(config);
  let template: InstanceType<typeof Template>;
  try {
    template = new Template(text);
  } catch (error) {
    throw new EvalhError("E_CHECKPOINT", `the chat_template beside ${file} does not parse: ${messageOf(error)}`, {
      hint: HINT,
      cause: error,
    });
  }
  const opening = system === undefined ? [] : [{ role: "system", content: system }];
  return (prompt) => {
    try {
      const messages = [...opening, { role: "user", content: prompt }];
      return template.render({ ...special, messages, add_generation_prompt: opensTurn });
    } catch (error) {
      throw new EvalhError("E_PROMPT", `the chat template beside ${file} fails: ${messageOf(error)}`, { cause: error });
    }
  };
}
