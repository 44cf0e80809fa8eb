import { warningLines } from "../../../reports/findings.ts";
import { span, type Look } from "../../../reports/console/span.ts";
import type { Scene } from "../model/scene.ts";
import type { Note, Snapshot } from "../model/snapshot.ts";
import type { UiState } from "../model/ui-state.ts";
import { insideFrame } from "../view/frame.ts";
import { textBlock, type Size, type TuiLine } from "../view/line.ts";
import { bodySize } from "./layout.ts";
import { openView, type Update } from "./open-view.ts";
import { scrolledFrame, scrolledTop } from "./scroll-text.ts";

const SIGNS: Readonly<Record<Note["kind"], { readonly sign: string; readonly look: Look }>> = {
  info: { sign: "·", look: "dim" },
  warning: { sign: "!", look: "warn" },
  error: { sign: "✗", look: "bad" },
};

/** What makes the scores suspect, what the loss curves say, and what happened, the newest first. */
export function drawLog(state: UiState, { snapshot }: Scene, size: Size): TuiLine[] {
  const lines = logLines(snapshot, insideFrame(size).width);
  return scrolledFrame(lines, state.logTop, { ...size, title: [span("Log", "bold")] });
}

export function logKeys(state: UiState, key: string, scene: Scene): Update | null {
  if (key === "esc") return openView(state, "run", scene);
  const size = bodySize(scene);
  const lines = logLines(scene.snapshot, insideFrame(size).width).length;
  const logTop = scrolledTop(key, state.logTop, { lines, size });
  return logTop === null ? null : { state: { ...state, logTop } };
}

function logLines(snapshot: Snapshot, width: number): TuiLine[] {
  const { comparison, notes, diagnosis } = snapshot;
  const blocks = [
    block("Warnings", comparison === null ? [] : warningLines(comparison).map(noteOf("warning")), width),
    block("Loss curves", (diagnosis?.evidence ?? []).map(noteOf("info")), width),
    block("Events", notes.toReversed(), width),
  ].filter((lines) => lines.length > 0);
  return blocks.flatMap((lines, index) => (index === 0 ? lines : [[], ...lines]));
}

function noteOf(kind: Note["kind"]): (text: string) => Note {
  return (text) => ({ kind, at: "", text });
}

function block(title: string, notes: readonly Note[], width: number): TuiLine[] {
  if (notes.length === 0) return [];
  return [[span(title, "bold")], ...notes.flatMap((note) => noteLines(note, width))];
}

/** A note over as many lines as it needs, its sign before it. */
export function noteLines({ kind, at, text }: Note, width: number): TuiLine[] {
  const { sign, look } = SIGNS[kind];
  const time = /T(\d\d:\d\d:\d\d)/u.exec(at)?.[1] ?? "";
  const head = time === "" ? "" : `${time} `;
  const rows = textBlock(text, Math.max(10, width - 4 - head.length));
  return rows.map((row, index) => [
    span(index === 0 ? `  ${sign} ` : "    ", look),
    span(index === 0 ? head : " ".repeat(head.length), "dim"),
    ...row,
  ]);
}
