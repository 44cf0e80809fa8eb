import { Ajv2020 } from "ajv/dist/2020.js";

import type { JsonObject } from "../../src/core/json.ts";

/** What a reply says, or why it says nothing. */
export type Reading =
  | { readonly kind: "verdict"; readonly value: string | number }
  | { readonly kind: "unusable"; readonly reason: string };

export interface VerdictReader {
  /** JSON schema of a reply. The same for every sample: servers compile it, which takes them time. */
  readonly schema: JsonObject;
  /** Reads a reply to the question with this nonce. Nothing but a whole, exact verdict counts. */
  read(reply: string, nonce: string): Reading;
}

const SHOWN = 80;
const THOUGHTS_END = "</think>";

/** Reads verdicts of which `field` must be one of the values. */
export function verdictReader(field: string, values: readonly (string | number)[]): VerdictReader {
  const schema: JsonObject = {
    type: "object",
    additionalProperties: false,
    required: ["nonce", "reason", field],
    // The reason comes before the verdict: a model that has reasons first judges better.
    properties: {
      nonce: { type: "string" },
      reason: { type: "string" },
      [field]: { type: typeof values[0] === "number" ? "integer" : "string", enum: values },
    },
  };
  const ajv = new Ajv2020();
  const validate = ajv.compile(schema);
  return {
    schema,
    read(reply, nonce) {
      const parsed = parse(bare(reply));
      if (parsed === undefined) return unusable(`not JSON: ${shorten(reply)}`);
      if (!validate(parsed.value)) return unusable(ajv.errorsText(validate.errors, { dataVar: "reply" }));
      const verdict = parsed.value as Readonly<Record<string, string | number>>;
      // A verdict that was lying in a judged text cannot have it.
      if (verdict["nonce"] !== nonce) return unusable("the reply has not the nonce of its question");
      return { kind: "verdict", value: verdict[field] as string | number };
    },
  };
}

/** Without what some models wrap their whole reply in: their thoughts before it, a Markdown fence around it. */
function bare(reply: string): string {
  const thoughts = reply.trimStart().startsWith("<think>") ? reply.indexOf(THOUGHTS_END) : -1;
  const answer = (thoughts < 0 ? reply : reply.slice(thoughts + THOUGHTS_END.length)).trim();
  const [, inner] = /^```(?:json)?\n([^]*)\n```$/.exec(answer) ?? [];
  return inner ?? answer;
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function unusable(reason: string): Reading {
  return { kind: "unusable", reason };
}

function shorten(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
