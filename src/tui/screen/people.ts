import { span, type Line } from "../../../reports/console/span.ts";
import { peopleLines } from "../../../reports/people-lines.ts";
import type { HumanStats } from "../../human/stats/index.ts";
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

const QUESTIONS: Readonly<Record<HumanStats["form"], string>> = {
  pairwise: "which of two answers is better",
  rating: "1 to 5 points",
  correct: "right or wrong",
  choice: "which of several answers is best",
};

/** What waits for people, who has judged how much, and what came out of it so far. */
export function drawPeople(state: UiState, { snapshot }: Scene, size: Size): TuiLine[] {
  const lines = sheetsLines(snapshot, insideFrame(size).width);
  return scrolledFrame(lines, state.peopleTop, { ...size, title: [span("People", "bold")] });
}

export function peopleKeys(state: UiState, key: string, scene: Scene): Update | null {
  if (key === "esc") return openView(state, "run", scene);
  const size = bodySize(scene);
  const lines = sheetsLines(scene.snapshot, insideFrame(size).width).length;
  const peopleTop = scrolledTop(key, state.peopleTop, { lines, size });
  return peopleTop === null ? null : { state: { ...state, peopleTop } };
}

/** "h1 62/100 judged", for the screen of the run. */
export function peopleSummary({ people }: Snapshot): Line {
  const parts = people.map(({ result: { sheet, judged, items } }) => `${sheet} ${judged}/${items} judged`);
  return [span(" people  ", "dim"), dataSpan(parts.join("   "))];
}

function sheetsLines({ people }: Snapshot, width: number): TuiLine[] {
  return people.flatMap((sheet, index) => [...(index === 0 ? [] : [[]]), ...sheetLines(sheet, width)]);
}

function sheetLines({ items, raters, result }: SheetProgress, width: number): TuiLine[] {
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
    ...(raters.length === 0 ? [[span("  nobody has answered yet", "dim")]] : resultLines(result, width)),
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

/** What a report says of a sheet, without its headline. */
function resultLines(result: HumanStats, width: number): TuiLine[] {
  const [, ...lines] = peopleLines({ ...result, judges: [] });
  return lines.flatMap((text) => textBlock(text, Math.max(10, width - 2)).map((line) => [span("  "), ...line]));
}
