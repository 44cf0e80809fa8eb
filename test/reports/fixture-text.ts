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
