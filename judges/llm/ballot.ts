import type { Completion } from "../../src/core/completion.ts";
import type { Sample } from "../../src/core/sample.ts";
import { nonceFor } from "./fence.ts";
import { addUsage, NO_USAGE, type Juror, type Usage } from "./jury.ts";
import { pairPrompt, rubricPrompt } from "./prompt.ts";
import type { Scale } from "./scale.ts";

/** One model's rating of one answer. */
export interface Ballot {
  /** Position on the scale. */
  readonly rating: number;
  /**
   * Of a comparison: 0 if both orders gave the same verdict, 1 if what stood first fared better for it, -1 if what stood
   * second did.
   */
  readonly lean: -1 | 0 | 1;
  readonly usage: Usage;
}

/** Everything about a sample that its judges see. */
export interface Case {
  readonly completion: Completion;
  readonly sample: Sample;
  readonly rubric: string;
  readonly reference: string | null;
  readonly seed: number;
}

/** Asks a model for a rating by the rubric. */
export async function rate(juror: Juror, { completion, sample, ...about }: Case, scale: Scale): Promise<Ballot> {
  const { rubric, reference } = about;
  const texts = [sample.input, completion.text, ...(reference === null ? [] : [reference])];
  const nonce = nonceFor({ sampleId: sample.id, seed: about.seed }, [rubric, ...texts]);
  const { values } = scale;
  const prompt = rubricPrompt({ input: sample.input, answer: completion.text, reference, rubric, values, nonce });
  const { value, usage } = await juror.ask(prompt, nonce);
  return { rating: values.indexOf(value), lean: 0, usage };
}

/** What a comparison's verdict is worth to the answer that stood first. */
const WORTH: Readonly<Record<string, number>> = { A: 1, tie: 0, B: -1 };

/** A tie without asking: what is the same is as good. */
export const SAME: Ballot = { rating: 1, lean: 0, usage: NO_USAGE };

/**
 * Asks a model twice which of two answers is better, each standing first once. Only a verdict that holds in both orders
 * is one; otherwise it is a tie (Zheng et al., "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", 2023).
 */
export async function compare(juror: Juror, { completion, sample, ...about }: Case, opponent: string): Promise<Ballot> {
  const { rubric, reference } = about;
  const texts = [sample.input, completion.text, opponent, ...(reference === null ? [] : [reference])];
  const nonce = nonceFor({ sampleId: sample.id, seed: about.seed }, [rubric, ...texts]);
  const ask = async (answers: readonly [string, string]): Promise<{ worth: number; usage: Usage }> => {
    const prompt = pairPrompt({ input: sample.input, answers, reference, rubric, nonce });
    const { value, usage } = await juror.ask(prompt, nonce);
    return { worth: WORTH[value] ?? 0, usage };
  };
  const [first, second] = await Promise.all([ask([completion.text, opponent]), ask([opponent, completion.text])]);
  return { ...inBothOrders(first.worth, -second.worth), usage: addUsage(first.usage, second.usage) };
}

/** The verdict from what the answer was worth standing first and standing second: -1, 0 or 1 each. */
export function inBothOrders(first: number, second: number): Pick<Ballot, "rating" | "lean"> {
  const lean = Math.sign(first - second) as -1 | 0 | 1;
  return { rating: lean === 0 ? first + 1 : 1, lean };
}
