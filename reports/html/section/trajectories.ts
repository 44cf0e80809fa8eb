import { seriesOf, testRows } from "../../metric-view.ts";
import { markup } from "../markup.ts";
import type { Section } from "./section.ts";

/** Filled by the page's own code: it needs every sample's scores. */
export const trajectories: Section = {
  id: "trajectories",
  title: "How samples changed",
  nav: "Changes",
  render(comparison) {
    if (seriesOf(comparison).length < 2 || testRows(comparison).length === 0) return null;
    return markup`<div data-trajectories><p class="waiting">Needs JavaScript: the heat map is drawn from the scores of all samples in this file.</p></div>`;
  },
};
