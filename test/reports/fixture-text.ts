import { draw } from "./fixture-draw.ts";

/** Invented clinical-looking phrases: built from lists, so that every sample differs and no text is anyone's. */
const QUALITIES = [
  "Chronic",
  "Acute",
  "Recurrent",
  "Bilateral",
  "Postprocedural",
  "Congenital",
  "Idiopathic",
  "Secondary",
];
const PROCESSES = ["inflammation", "stenosis", "rupture", "infection", "neoplasm", "edema", "fistula", "degeneration"];
const SITES = [
  "inner ear",
  "tarsal joint",
  "lacrimal duct",
  "left atrium",
  "small bowel",
  "thyroid gland",
  "optic nerve",
  "bronchus",
];
const REMARKS = [
  "without complication",
  "with hemorrhage",
  "NOS",
  "in remission",
  "with obstruction",
  "of unknown cause",
];

function pick(list: readonly string[], ...keys: readonly number[]): string {
  return list[Math.floor(draw(...keys) * list.length)] ?? "";
}

export function term(i: number): string {
  return `${pick(QUALITIES, 21, i)} ${pick(PROCESSES, 22, i)}, ${pick(SITES, 23, i)}, ${pick(REMARKS, 24, i)}`;
}

export function referenceTitle(i: number): string {
  return `${pick(QUALITIES, 21, i)} ${pick(PROCESSES, 22, i)} of ${pick(SITES, 23, i)}, ${pick(REMARKS, 24, i)}`;
}

/** The reference with as many words replaced as the score is low. */
export function titleAnswer(i: number, score: number, index: number): string {
  const words = referenceTitle(i).split(" ");
  return words
    .map((word, at) => {
      if (draw(31, i, at, index) * 60 < score) return word;
      return draw(32, i, at, index) < 0.5
        ? pick([...PROCESSES, ...SITES], 33, i, at, index)
        : pick(REMARKS, 34, i, at, index);
    })
    .join(" ");
}

export function correctAnswers(isRight: boolean, truth: string, all: readonly string[], seed: number): string {
  const others = all.filter((choice) => choice !== truth);
  return isRight ? truth : pick(others, 35, seed);
}

/** The verdict in sentences. */
export const summary = [
  "Overfitting by the loss since step 189–252.",
  "Ship checkpoint-441: best chapter@validation/accuracy, 61.0 [56.1, 65.7].",
  "Statistically as good on that metric: checkpoint-504.",
  "Loss and score disagree: the evaluation loss is lowest at step 189, which scores significantly lower; the scores are best at step 441.",
  "checkpoint-441-int8 (1.52 MB) against checkpoint-441: no difference found.",
  "Resolution at 80 % power: 400 samples show differences of 1.9 points or more in title/bleu; 400 samples show differences of 5.1 points or more in chapter/accuracy.",
];
