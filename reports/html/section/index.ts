import { about } from "./about.ts";
import { calibration } from "./calibration.ts";
import { compression } from "./compression.ts";
import { confusion } from "./confusion.ts";
import { curves } from "./curves.ts";
import { dataChecks } from "./data-checks.ts";
import { gates } from "./gates.ts";
import { gpu } from "./gpu.ts";
import { learning } from "./learning.ts";
import { people } from "./people.ts";
import { load } from "./load.ts";
import { robustness } from "./robustness.ts";
import { sampleBrowser } from "./sample-browser.ts";
import { scores } from "./scores.ts";
import type { Section } from "./section.ts";
import { slices } from "./slices.ts";
import { trajectories } from "./trajectories.ts";
import { warnings } from "./warnings.ts";

/** The page's sections in their order; the verdict stands above them all. */
export const sections: readonly Section[] = [
  gates,
  curves,
  scores,
  compression,
  slices,
  robustness,
  trajectories,
  sampleBrowser,
  people,
  calibration,
  confusion,
  gpu,
  load,
  learning,
  warnings,
  dataChecks,
  about,
];
