import { span } from "../../../reports/console/span.ts";
import { gateMark, gatesByWeight, gateTally, gateWord } from "../../../reports/gate-view.ts";
import type { Comparison } from "../../compare/comparison.ts";
import type { Scene } from "../model/scene.ts";
import type { UiState } from "../model/ui-state.ts";
import { insideFrame } from "../view/frame.ts";
import { dataSpan, textBlock, type Size, type TuiLine } from "../view/line.ts";
import { bodySize } from "./layout.ts";
import { openView, type Update } from "./open-view.ts";
import { scrolledFrame, scrolledTop } from "./scroll-text.ts";

/** The suite's gates, the worst first, each with what decided it. */
export function drawGates(state: UiState, { snapshot: { comparison } }: Scene, size: Size): TuiLine[] {
  if (comparison === null) return scrolledFrame([], 0, { ...size, title: [span("Gates", "bold")] });
  const lines = gateLines(comparison, insideFrame(size).width);
  return scrolledFrame(lines, state.gatesTop, { ...size, title: [dataSpan(gateTally(comparison), "bold")] });
}

export function gateKeys(state: UiState, key: string, scene: Scene): Update | null {
  if (key === "esc") return openView(state, "run", scene);
  const { comparison } = scene.snapshot;
  if (comparison === null) return null;
  const size = bodySize(scene);
  const lines = gateLines(comparison, insideFrame(size).width).length;
  const gatesTop = scrolledTop(key, state.gatesTop, { lines, size });
  return gatesTop === null ? null : { state: { ...state, gatesTop } };
}

function gateLines(comparison: Comparison, width: number): TuiLine[] {
  return gatesByWeight(comparison).flatMap((result): TuiLine[] => {
    const { sign, tone } = gateMark(result);
    const against = result.against === null ? "" : `, against ${result.against}`;
    return [
      [span(`${sign} ${gateWord(result).padEnd(12)} `, tone), dataSpan(result.name, "bold")],
      ...textBlock(`${result.reason}${against}`, Math.max(10, width - 4)).map((line) => [span("    "), ...line]),
    ];
  });
}
