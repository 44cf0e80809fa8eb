import type { AnswerFact, TaskFacts } from "../answer-facts.ts";
import { folderName, outOf, percent, type Diagnostic } from "./diagnostic.ts";

/** Of fewer wrong answers no pattern can be told. */
const FEWEST_WRONG = 5;
/** Share of the wrong answers that a cause must explain to be named. */
const MAIN_CAUSE = 0.5;
const PART_CAUSE = 0.25;
/** Share of all answers at which one answer is no longer a coincidence. */
const COLLAPSE = 0.5;
const FEWEST_ANSWERS = 10;
const SHOWN_CHARACTERS = 40;

/** Wrong answers that the token limit cut. */
export function cutAnswers(facts: TaskFacts): Diagnostic[] {
  const wrong = wrongAnswers(facts);
  const cut = wrong.filter(({ finish }) => finish === "length");
  if (wrong.length < FEWEST_WRONG || cut.length < MAIN_CAUSE * wrong.length) return [];
  return [
    named("cut-answers", facts, [
      `${outOf(cut.length, wrong.length)} wrong answers were cut at the token limit`,
      "raise generate.max_tokens, set a stop string, or train the model to end its answers",
    ]),
  ];
}

/** Wrong answers that hold the right one, among other words. */
export function buriedAnswers(facts: TaskFacts): Diagnostic[] {
  if (facts.kind !== "generate") return [];
  const wrong = wrongAnswers(facts);
  const buried = wrong.filter(({ output, references }) => references.some((reference) => holds(output, reference)));
  if (wrong.length < FEWEST_WRONG || buried.length < PART_CAUSE * wrong.length) return [];
  return [
    named("buried-answers", facts, [
      `${outOf(buried.length, wrong.length)} wrong answers hold the right one among other words`,
      "the form is wrong, not the knowledge: judge the extracted answer, or train on answers of this form",
    ]),
  ];
}

/** One answer given to most samples although the right ones differ. */
export function collapsedAnswers(facts: TaskFacts): Diagnostic[] {
  const { answers } = facts;
  if (answers.length < FEWEST_ANSWERS) return [];
  const [text, count] = mostFrequent(answers.map(({ output }) => output.trim()));
  const [, usual] = mostFrequent(answers.map(({ references }) => (references[0] ?? "").trim()));
  if (count < COLLAPSE * answers.length || usual > count / 2) return [];
  return [
    named("collapsed-answers", facts, [
      `it gives the same answer ${shown(text)} to ${outOf(count, answers.length)} samples, though at most ${usual} have the same right one`,
      "the model has collapsed: lower the learning rate, or look at an earlier checkpoint",
    ]),
  ];
}

/** Answers that are empty. */
export function emptyAnswers(facts: TaskFacts): Diagnostic[] {
  if (facts.kind !== "generate") return [];
  const wrong = wrongAnswers(facts);
  const empty = wrong.filter(({ output }) => output.trim() === "");
  if (wrong.length < FEWEST_WRONG || empty.length < PART_CAUSE * wrong.length) return [];
  return [
    named("empty-answers", facts, [
      `${outOf(empty.length, wrong.length)} wrong answers are empty (${percent(empty.length, facts.answers.length)} of all)`,
      "the model ends at once, or a stop string stands at the beginning: compare the prompt with the one it was trained on",
    ]),
  ];
}

export function wrongAnswers({ answers }: TaskFacts): readonly AnswerFact[] {
  return answers.filter(({ right }) => !right);
}

function named(kind: string, { task, checkpoint }: TaskFacts, [found, advice]: readonly [string, string]): Diagnostic {
  return { kind, task, checkpoint, text: `${task}, ${folderName(checkpoint)}: ${found}; ${advice}` };
}

/** Whole words, whatever their case. */
function holds(output: string, reference: string): boolean {
  const plain = (text: string): string =>
    ` ${
      text
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu)
        ?.join(" ") ?? ""
    } `;
  const wanted = plain(reference);
  return wanted.trim() !== "" && plain(output) !== wanted && plain(output).includes(wanted);
}

function mostFrequent(texts: readonly string[]): readonly [string, number] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most), ["", 0] as const);
}

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
}
