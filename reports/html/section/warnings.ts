import { warningLines } from "../../findings.ts";
import { html } from "../markup.ts";
import type { Section } from "./section.ts";

export const warnings: Section = {
  id: "warnings",
  title: "Read with care",
  render(comparison) {
    const lines = warningLines(comparison);
    return lines.length === 0
      ? null
      : html`<ul class="warnings">
          ${lines.map((line) => html`<li>${line}</li>`)}
        </ul>`;
  },
};
