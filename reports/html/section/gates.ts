import type { GateResult } from "../../../src/compare/gate/gate-result.ts";
import { gateMark, gatesByWeight, gateTally, gateWord } from "../../gate-view.ts";
import { markup, type Html } from "../markup.ts";
import { scrollTable } from "../part/scroll-table.ts";
import type { Section } from "./section.ts";

export const gates: Section = {
  id: "gates",
  title: "Gates",
  render(comparison) {
    if (comparison.gates.length === 0) return null;
    return scrollTable({
      label: gateTally(comparison),
      look: "gates",
      head: markup`<tr><th scope="col">outcome</th><th scope="col">gate</th><th scope="col">why</th><th scope="col">compared with</th></tr>`,
      body: gatesByWeight(comparison).map(gateRow),
    });
  },
};

function gateRow(result: GateResult): Html {
  const { sign, tone } = gateMark(result);
  return markup`<tr><td><span class="label ${tone}"><span aria-hidden="true">${sign}</span> ${gateWord(result)}</span></td><th scope="row">${result.name}</th><td>${result.reason}</td><td>${result.against ?? "–"}</td></tr>`;
}
