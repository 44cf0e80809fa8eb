import { testRows } from "../../metric-view.ts";
import { markup } from "../markup.ts";
import type { Section } from "./section.ts";

/** Filled by the page's own code, which opens the texts in this file on demand. */
export const sampleBrowser: Section = {
  id: "samples",
  title: "Samples",
  render(comparison) {
    if (testRows(comparison).length === 0) return null;
    return markup`<div data-browser><p class="waiting">Needs JavaScript: samples are kept compressed in this file and opened on demand.</p></div><div data-print class="print-only"></div>`;
  },
};
