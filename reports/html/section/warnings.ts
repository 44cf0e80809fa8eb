import { warningLines } from "../../findings.ts";
import { markup } from "../markup.ts";
import type { Section } from "./section.ts";

export const warnings: Section = {
  id: "warnings",
  title: "Read with care",
  nav: "Warnings",
  render(comparison) {
    const lines = warningLines(comparison);
    return lines.length === 0
      ? null
      : markup`<ul class="warnings">${lines.map((line) => markup`<li>${line}</li>`)}</ul>`;
  },
};
