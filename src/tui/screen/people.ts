import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import { span, type Line } from "../../../reports/console/span.ts";
import { formatP } from "../../../reports/number-format.ts";
import type { PeopleResult } from "../../compare/people.ts";
import type { Estimate } from "../../core/estimate.ts";
import type { Scene } from "../model/scene.ts";
import type { SheetProgress, Snapshot } from "../model/snapshot.ts";
import type { UiState } from "../model/ui-state.ts";
import { progressBar } from "../view/bar.ts";
import { insideFrame } from "../view/frame.ts";
import { dataSpan, textBlock, type Size, type TuiLine } from "../view/line.ts";
import { bodySize } from "./layout.ts";
import { openView, type Update } from "./open-view.ts";
import { scrolledFrame, scrolledTop } from "./scroll-text.ts";

const BAR_WIDTH = 24;
const NAME_WIDTH = 16;

const QUESTIONS: Readonly<Record<PeopleResult["form"], string>> = {
  pairwise: "which of two answers is better",
  rating: "1 to 5 points",
  correct: "right or wrong",
};

/** What waits for people, who has judged how much, and what came out of it so far. */
export function drawPeople(state: UiState, { snapshot }: Scene, size: Size): TuiLine[] {
  const lines = peopleLines(snapshot, insideFrame(size).width);
  return scrolledFrame(lines, state.peopleTop, { ...size, title: [span("People", "bold")] });
}

export function peopleKeys(state: UiState, key: string, scene: Scene): Update | null {
  if (key === "esc") return openView(state, "run", scene);
  const size = bodySize(scene);
  const lines = peopleLines(scene.snapshot, insideFrame(size).width).length;
  const peopleTop = scrolledTop(key, state.peopleTop, { lines, size });
  return peopleTop === null ? null : { state: { ...state, peopleTop } };
}

/** "h1 62/100 judged", for the screen of the run. */
export function peopleSummary({ people }: Snapshot): Line {
  const parts = people.map(({ result: { sheet, judged, items } }) => `${sheet} ${judged}/${items} judged`);
  return [span(" people  ", "dim"), dataSpan(parts.join("   "))];
}

function peopleLines({ people, checkpoints }: Snapshot, width: number): TuiLine[] {
  const label = checkpointLabels(checkpoints.map(({ checkpoint }) => checkpoint));
  return people.flatMap((sheet, index) => [...(index === 0 ? [] : [[]]), ...sheetLines(sheet, label, width)]);
}

function sheetLines({ items, raters, result }: SheetProgress, label: (id: string) => string, width: number): TuiLine[] {
  const { sheet, form, judged, items: wanted } = result;
  return [
    [
      dataSpan(sheet.padEnd(NAME_WIDTH), "bold"),
      span(` ${progressBar(judged / Math.max(1, wanted), BAR_WIDTH)}`, "accent"),
      span(` ${judged}/${wanted} judged`),
      span(`   ${QUESTIONS[form]}`, "dim"),
    ],
    ...raters.map(({ rater, answers }): TuiLine => [
      dataSpan(`  ${rater}`.padEnd(NAME_WIDTH)),
      span(` ${progressBar(answers / Math.max(1, items), BAR_WIDTH)}`),
      span(` ${answers}/${items}`, "dim"),
    ]),
    ...(raters.length === 0 ? [[span("  nobody has answered yet", "dim")]] : resultLines(result, label, width)),
    ...(judged < wanted
      ? [
          [
            span("  judge here with ", "dim"),
            span("evalh human rate", "accent"),
            span(", or let others: ", "dim"),
            span("evalh human serve", "accent"),
          ],
        ]
      : []),
  ];
}

function resultLines(result: PeopleResult, label: (id: string) => string, width: number): TuiLine[] {
  const { pairwise, means, form, agreement } = result;
  const lines = [
    ...(pairwise?.pairs ?? []).map(
      ({ a, b, wins, losses, ties, winRate, p }) =>
        `${label(a)} against ${label(b)}: ${wins} wins, ${ties} ties, ${losses} losses; ${interval(winRate, true)} prefer it, ${formatP(p)}`,
    ),
    ...means.map(({ checkpoint, mean }) => `${label(checkpoint)}: ${interval(mean, form === "correct")}`),
    agreementText(agreement),
  ];
  return lines.flatMap((text) => textBlock(text, Math.max(10, width - 2)).map((line) => [span("  "), ...line]));
}

function interval(estimate: Estimate | null, isShare: boolean): string {
  if (estimate === null) return "nothing to go by";
  const text = (value: number): string => (isShare ? (100 * value).toFixed(1) : value.toFixed(2));
  return `${text(estimate.value)}${isShare ? " %" : ""} [${text(estimate.lo)}, ${text(estimate.hi)}]`;
}

function agreementText({ items, percent, krippendorff, isTentative }: PeopleResult["agreement"]): string {
  if (items === 0 || percent === null) return "no item has two raters yet: how far they agree is not known";
  const alpha = krippendorff === null ? "" : `, alpha ${krippendorff.toFixed(2)}${isTentative ? ": tentative" : ""}`;
  return `agreement on ${items} items: ${(100 * percent).toFixed(0)} % equal${alpha}`;
}
