import { EvalhError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import { didYouMean } from "../core/near-name.ts";
import type { PerturbContext } from "./perturbation.ts";

/** A model that has to be told that it is one writes this and nothing else. */
const REPLY: JsonObject = {
  type: "object",
  additionalProperties: false,
  required: ["text"],
  properties: { text: { type: "string" } },
};

/** A rewritten text is about as long as it was; four characters are about a token. */
const LEAST_TOKENS = 64;

/**
 * Has a model rewrite a text. Replies as JSON with a `text`, and plain ones as translation models give them, are both
 * understood.
 * @throws EvalhError E_JUDGE if the model does not reply, or with nothing
 */
export async function rewrite(
  prompt: string,
  { model, text, ask }: { readonly model: string; readonly text: string; readonly ask: PerturbContext["ask"] },
): Promise<string> {
  if (ask === undefined) throw new EvalhError("E_JUDGE", `there is no model to ask: ${model}`);
  const asker = await ask(model);
  const maxTokens = LEAST_TOKENS + text.length;
  const isUsable = (reply: string): boolean => textOf(reply) !== null;
  const reply = await asker.ask({ prompt, schema: REPLY, maxTokens, isUsable });
  const written = textOf(reply.text);
  if (written !== null) return written;
  throw new EvalhError(
    "E_JUDGE",
    `${model} did not rewrite a text: it replied ${JSON.stringify(reply.text.slice(0, 80))}`,
    {
      hint: "try another prompt or another model",
    },
  );
}

/** Null for a reply without a text. */
function textOf(reply: string): string | null {
  const plain = reply.trim().replace(/^```(?:json)?\s*|\s*```$/gu, "");
  if (!plain.startsWith("{")) return plain === "" ? null : plain;
  try {
    const value: unknown = JSON.parse(plain);
    const text = isJsonObject(value) ? value["text"] : null;
    return typeof text === "string" && text.trim() !== "" ? text : null;
  } catch {
    return null;
  }
}

/**
 * Refuses a model that is not listed, where it is known which are.
 * @throws EvalhError E_JUDGE
 */
export function checkModel(name: string, { models }: PerturbContext): void {
  if (models === undefined || models.includes(name.split("/", 1)[0] ?? "")) return;
  throw new EvalhError("E_JUDGE", `there is no model "${name}" to ask`, {
    hint: didYouMean(name, models) ?? "list it under `judge_models`",
  });
}

/** A prompt with its marks filled in: `{{ text }}` and what else a perturbation knows. */
export function fill(prompt: string, values: Readonly<Record<string, string>>): string {
  return prompt.replaceAll(/\{\{\s*(\w+)\s*\}\}/gu, (mark, name: string) => values[name] ?? mark);
}

/** Schema of a prompt with marks. */
export function promptOption(description: string, fallback: string): JsonObject {
  return { type: "string", pattern: "\\{\\{\\s*text\\s*\\}\\}", default: fallback, description };
}
