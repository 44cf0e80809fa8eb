import type { Completion } from "../../src/core/completion.ts";
import { EvalhError } from "../../src/core/errors.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { JudgeContext } from "../../src/core/judge.ts";
import type { Sample } from "../../src/core/sample.ts";
import { trimPython } from "../overlap/python-space.ts";
import { compilePattern } from "./pattern.ts";

/** What was answered, and what would have been right. */
export interface Answer {
  /** Null where no answer could be found in the output. */
  readonly predicted: string | null;
  /** The accepted answers; at least one. */
  readonly targets: readonly string[];
  readonly correct: boolean;
}

/** Reads the answer out of a generated text. Undefined where there is none. */
type AnswerReader = (text: string) => string | undefined;

/** The options that say how an answer is read out of a generated text. */
export const ANSWER_OPTIONS: JsonObject = {
  ignore_case: { description: "Compare in lowercase.", type: "boolean", default: false },
  first_line: { description: "Read only the first line that is not blank.", type: "boolean", default: false },
  extract: {
    description: "A regular expression: the answer is its first group in its first match, or the match if it has none.",
    type: "string",
    minLength: 1,
  },
};

function answerReader(options: JsonObject): AnswerReader {
  const extract = options["extract"];
  const pattern = typeof extract === "string" ? compilePattern(extract) : undefined;
  return (text) => {
    const trimmed = trimPython(text);
    const read = options["first_line"] === true ? (trimmed.split("\n", 1)[0] as string) : trimmed;
    const found = pattern === undefined ? read : pattern.find(read);
    return found === undefined ? undefined : trimPython(found);
  };
}

/** The index of the largest number, the first of equals, as numpy.argmax without NaN. */
export function argmax(values: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** The choices of a sample: its own, or the task's. Undefined for a task without choices. */
export function choicesOf(sample: Sample, context: JudgeContext): readonly string[] | undefined {
  return sample.choices ?? context.choices;
}

/** The references as they are spelt among the choices, white space at the ends aside. */
function targetsAmong(choices: readonly string[], references: readonly string[]): string[] {
  return references.map((reference) => {
    const wanted = trimPython(reference);
    const target =
      choices.find((choice) => choice === reference) ?? choices.find((choice) => trimPython(choice) === wanted);
    if (target !== undefined) return target;
    throw new EvalhError("E_JUDGE", `The reference ${JSON.stringify(reference)} is none of the choices.`, {
      hint: "References must be the text of a choice, not its number or letter.",
    });
  });
}

/** The log-probabilities of the choices of a `choice` task. Undefined for a generated text. */
export function choiceLogprobs(completion: Completion, choices: readonly string[] | undefined): number[] | undefined {
  const scores = completion.choices;
  if (scores === undefined) return undefined;
  if (choices === undefined || scores.length !== choices.length || scores.length === 0) {
    throw new EvalhError("E_JUDGE", `The backend scored ${scores.length} choices of ${choices?.length ?? 0}.`);
  }
  if (scores.some((score) => Number.isNaN(score.logprob))) {
    throw new EvalhError("E_JUDGE", "The backend gave a choice no log-probability.");
  }
  return scores.map((score) => score.logprob);
}

/**
 * Finds the answer of one sample: the likeliest choice where choices were scored, the choice that the text equals where
 * there are choices, else the text.
 */
export function answerFinder(
  options: JsonObject,
  context: JudgeContext,
): (completion: Completion, sample: Sample) => Answer {
  const read = answerReader(options);
  const fold = (text: string): string =>
    options["ignore_case"] === true ? trimPython(text).toLowerCase() : trimPython(text);
  return (completion, sample) => {
    const choices = choicesOf(sample, context);
    const targets = choices === undefined ? sample.references.map(fold) : targetsAmong(choices, sample.references);
    const logprobs = choiceLogprobs(completion, choices);
    let predicted: string | undefined;
    if (logprobs !== undefined) {
      predicted = (choices as readonly string[])[argmax(logprobs)];
    } else {
      const text = read(completion.text);
      const folded = text === undefined ? undefined : fold(text);
      predicted = choices === undefined ? folded : choices.find((choice) => fold(choice) === folded);
    }
    return { predicted: predicted ?? null, targets, correct: predicted !== undefined && targets.includes(predicted) };
  };
}

/** What a score must be cited with: the reference, and options in the order of their names. */
export function signatureOf(reference: string, options: JsonObject): string {
  const written = Object.keys(options)
    .sort()
    .map((name) => {
      const value = options[name];
      return `${name}:${typeof value === "string" ? value : JSON.stringify(value)}`;
    });
  return [reference, ...written].join("|");
}
