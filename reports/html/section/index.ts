import { about } from "./about.ts";
import { compression } from "./compression.ts";
import { curves } from "./curves.ts";
import { gates } from "./gates.ts";
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
  warnings,
  compression,
  slices,
  trajectories,
  sampleBrowser,
  about,
];
