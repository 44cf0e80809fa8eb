import type { Completion } from "../../src/core/completion.ts";
import { EvalhError } from "../../src/core/errors.ts";
import type { Asker, JudgeContext } from "../../src/core/judge.ts";
import type { VerdictReader } from "./verdict.ts";

/** What replies cost: tokens of prompts and replies, and money where prices are known. */
export interface Usage {
  readonly tokens: readonly [prompt: number, completion: number];
  readonly cost: number;
}

/** Price of a million tokens, in whatever currency the suite means. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

export const NO_USAGE: Usage = { tokens: [0, 0], cost: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return { tokens: [a.tokens[0] + b.tokens[0], a.tokens[1] + b.tokens[1]], cost: a.cost + b.cost };
}

/** One model that judges. */
export interface Juror {
  /** @throws EvalhError E_JUDGE if the reply is no verdict, or what the model throws */
  ask(prompt: string, nonce: string): Promise<{ readonly value: string | number; readonly usage: Usage }>;
}

export interface JurorOptions {
  readonly reader: VerdictReader;
  readonly maxTokens: number;
  readonly price: Price | undefined;
}

/** Opens a model when it is first asked. */
export function juror(model: string, context: JudgeContext, options: JurorOptions): Juror {
  const { reader, maxTokens, price } = options;
  let opened: Promise<Asker> | null = null;
  const open = (): Promise<Asker> => {
    if (context.ask !== undefined) return context.ask(model);
    throw new EvalhError("E_JUDGE", `there is no model "${model}" to ask outside a suite`);
  };
  return {
    async ask(prompt, nonce) {
      opened ??= open();
      const asker = await opened;
      const completion = await asker.ask({
        prompt,
        schema: reader.schema,
        maxTokens,
        isUsable: (reply) => reader.read(reply, nonce).kind === "verdict",
      });
      const reading = reader.read(completion.text, nonce);
      if (reading.kind === "verdict") return { value: reading.value, usage: usageOf(completion, price) };
      const cut = completion.finish === "length" ? ` (it was cut off after ${maxTokens} tokens)` : "";
      throw new EvalhError("E_JUDGE", `${model} gave no verdict: ${reading.reason}${cut}`);
    },
  };
}

function usageOf({ tokens = { prompt: 0, completion: 0 } }: Completion, price: Price | undefined): Usage {
  const { input, output } = price ?? { input: 0, output: 0 };
  const cost = (tokens.prompt * input + tokens.completion * output) / 1e6;
  return { tokens: [tokens.prompt, tokens.completion], cost };
}
