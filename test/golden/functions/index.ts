import type { GoldenFunction } from "../golden-file.ts";
import { answersFunctions } from "./answers.ts";
import { meteorFunctions } from "./meteor.ts";
import { overlapFunctions } from "./overlap.ts";
import { peopleFunctions } from "./people.ts";
import { statsFunctions } from "./stats.ts";

/** Every function that golden files test, by the name they know it by. */
export const goldenFunctions: Readonly<Record<string, GoldenFunction>> = {
  ...overlapFunctions,
  ...answersFunctions,
  ...meteorFunctions,
  ...peopleFunctions,
  ...statsFunctions,
};
