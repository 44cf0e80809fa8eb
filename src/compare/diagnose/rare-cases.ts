import type { TrainingText } from "../../run/training-text.ts";
import { fisherExact } from "../../stats/two-proportions.ts";
import type { AnswerFact, TaskFacts } from "../answer-facts.ts";
import { FEW_TRAINING_SAMPLES, folderName, outOf, percent, type Diagnostic } from "./diagnostic.ts";

const FEWEST_WRONG = 5;
const FEWEST_RARE = 10;
const MAIN_CAUSE = 0.5;
const LEVEL = 0.05;
/** Points of accuracy that the frequent cases must have gained before the rare ones can be said to lag. */
const LEAST_GAIN = 0.1;

/** The answers of a task, told apart by how often the training data holds cases of their kind. */
interface Rarity {
  /** "rarity", or "answer" for the right answer itself. */
  readonly field: string;
  readonly rare: readonly AnswerFact[];
  readonly frequent: readonly AnswerFact[];
}

/** Wrong answers that lie where the training data is thin. */
export function rareCases(facts: TaskFacts, text: Pick<TrainingText, "slices" | "targets">): Diagnostic[] {
  const found = rarities(facts, text).flatMap((rarity): (Diagnostic & { readonly share: number })[] => {
    const { rare, frequent } = rarity;
    const wrongRare = wrongIn(rare);
    const wrong = wrongRare + wrongIn(frequent);
    if (wrong < FEWEST_WRONG || wrongRare < MAIN_CAUSE * wrong || rare.length === 0 || frequent.length === 0) return [];
    const isWorse = wrongRare / rare.length > wrongIn(frequent) / frequent.length;
    if (!isWorse || pOf(wrongRare, rare, wrongIn(frequent), frequent) >= LEVEL) return [];
    return [
      {
        kind: "rare-cases",
        task: facts.task,
        checkpoint: facts.checkpoint,
        share: wrongRare / wrong,
        text:
          `${facts.task}, ${folderName(facts.checkpoint)}: ${outOf(wrongRare, wrong)} wrong answers are in ${whereOf(rarity)} ` +
          `with fewer than ${FEW_TRAINING_SAMPLES} training samples (${percent(wrongRare, rare.length)} wrong there, ` +
          `${percent(wrongIn(frequent), frequent.length)} elsewhere); collect or oversample them`,
      },
    ];
  });
  // Fields often tell the same thing twice; the one that explains most is enough.
  return found
    .toSorted((a, b) => b.share - a.share)
    .slice(0, 1)
    .map(({ kind, task, checkpoint, text: words }) => ({ kind, task, checkpoint, text: words }));
}

/** Frequent cases that were learned while rare ones were not: the loss sees too little of them. */
export function neglectedRareCases(facts: TaskFacts, text: Pick<TrainingText, "slices" | "targets">): Diagnostic[] {
  const { first } = facts;
  if (first === null) return [];
  return rarities(facts, text)
    .flatMap((rarity): Diagnostic[] => {
      const rare = rarity.rare.filter(({ before }) => before[first] !== undefined);
      const frequent = rarity.frequent.filter(({ before }) => before[first] !== undefined);
      if (rare.length < FEWEST_RARE || frequent.length < FEWEST_RARE) return [];
      const gain = (answers: readonly AnswerFact[]): number =>
        (rightNow(answers) - answers.filter(({ before }) => before[first]).length) / answers.length;
      const gains = { rare: gain(rare), frequent: gain(frequent) };
      const differ = pOf(wrongIn(rare), rare, wrongIn(frequent), frequent) < LEVEL;
      if (gains.frequent < LEAST_GAIN || gains.rare > gains.frequent / 3 || !differ) return [];
      return [
        {
          kind: "neglected-rare-cases",
          task: facts.task,
          checkpoint: facts.checkpoint,
          text:
            `${facts.task}: the loss weighs rare cases too little: from ${folderName(first)} to ${folderName(facts.checkpoint)} ` +
            `${whereOf(rarity)} with ${FEW_TRAINING_SAMPLES} training samples or more went from ${before(frequent, first)} to ${now(frequent)} right, ` +
            `rarer ones from ${before(rare, first)} to ${now(rare)}; oversample them, or weigh their loss`,
        },
      ];
    })
    .slice(0, 1);
}

/** Answers that were lost since the base model and lie in one slice. */
export function forgottenSlices(facts: TaskFacts): Diagnostic[] {
  const { first, answers } = facts;
  if (first === null) return [];
  const were = answers.filter(({ before }) => before[first] === true);
  const lost = were.filter(({ right }) => !right);
  if (lost.length < FEWEST_WRONG) return [];
  const values = new Set(
    were.flatMap(({ slices }) => Object.entries(slices).map(([field, value]) => `${field}=${value}`)),
  );
  const found = [...values].flatMap((name) => {
    const inside = were.filter(({ slices }) => Object.entries(slices).some(([f, v]) => `${f}=${v}` === name));
    const outside = were.length - inside.length;
    const lostInside = inside.filter(({ right }) => !right).length;
    if (lostInside < MAIN_CAUSE * lost.length || outside === 0) return [];
    const lostOutside = lost.length - lostInside;
    const p = fisherExact({ k1: lostInside, n1: inside.length, k2: lostOutside, n2: outside }) * values.size;
    const isMore = lostInside / inside.length > lostOutside / outside;
    return isMore && p < LEVEL ? [{ name, lostInside, of: inside.length, p }] : [];
  });
  return found
    .toSorted((a, b) => a.p - b.p)
    .slice(0, 1)
    .map(({ name, lostInside, of }) => ({
      kind: "forgotten-slice",
      task: facts.task,
      checkpoint: facts.checkpoint,
      text:
        `${facts.task}, ${folderName(facts.checkpoint)}: ${outOf(lostInside, lost.length)} answers that ${folderName(first)} still had right and that were lost ` +
        `are in ${name} (${outOf(lostInside, of)} lost there); mix such samples into the training data`,
    }));
}

function rarities({ answers }: TaskFacts, { slices, targets }: Pick<TrainingText, "slices" | "targets">): Rarity[] {
  const fields = [...new Set(answers.flatMap((answer) => Object.keys(answer.slices)))].filter(
    (field) => field in slices,
  );
  const bySlice = fields.map((field) =>
    split(field, answers, (answer) => slices[field]?.[answer.slices[field] ?? ""] ?? 0),
  );
  if (targets === null) return bySlice;
  const byAnswer = split("answer", answers, ({ references }) =>
    Math.max(0, ...references.map((each) => targets[each.trim()] ?? 0)),
  );
  return [...bySlice, byAnswer];
}

function split(field: string, answers: readonly AnswerFact[], countOf: (answer: AnswerFact) => number): Rarity {
  const isRare = (answer: AnswerFact): boolean => countOf(answer) < FEW_TRAINING_SAMPLES;
  return { field, rare: answers.filter(isRare), frequent: answers.filter((answer) => !isRare(answer)) };
}

function whereOf({ field }: Rarity): string {
  return field === "answer" ? "answers" : `slices of ${field}`;
}

function wrongIn(answers: readonly AnswerFact[]): number {
  return answers.length - rightNow(answers);
}

function rightNow(answers: readonly AnswerFact[]): number {
  return answers.filter(({ right }) => right).length;
}

function now(answers: readonly AnswerFact[]): string {
  return percent(rightNow(answers), answers.length);
}

function before(answers: readonly AnswerFact[], first: string): string {
  return percent(answers.filter((answer) => answer.before[first]).length, answers.length);
}

function pOf(k1: number, first: readonly AnswerFact[], k2: number, second: readonly AnswerFact[]): number {
  return fisherExact({ k1, n1: first.length, k2, n2: second.length });
}
