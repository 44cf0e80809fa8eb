import { lineWidth, span, type Line } from "../../../reports/console/span.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import type { Scene } from "../model/scene.ts";
import { viewsOf, type UiState, type ViewName } from "../model/ui-state.ts";
import { fitBlock, fitLine, spread, type Size, type TuiLine } from "../view/line.ts";
import { drawCompare } from "./compare.ts";
import { drawGates } from "./gates.ts";
import { drawHelp } from "./help.ts";
import { bodySize, SMALLEST } from "./layout.ts";
import { drawLog } from "./log.ts";
import { drawPeople } from "./people.ts";
import { drawRun, paceLine } from "./run.ts";
import { drawSamples } from "./samples.ts";

/** The whole terminal: header, the screen that is open, footer. Exactly as many lines as it has rows. */
export function drawScreen(state: UiState, scene: Scene): TuiLine[] {
  const { columns: width, rows: height } = scene;
  if (width < SMALLEST.width || height < SMALLEST.height) {
    const text = `the terminal is ${width} × ${height}; ${SMALLEST.width} × ${SMALLEST.height} is the least`;
    return fitBlock([[span(text, "warn")]], { width, height });
  }
  const body = bodySize(scene);
  return [
    header(state, scene),
    ...fitBlock(state.help ? drawHelp(body) : drawView(state, scene, body), body),
    footer(state, scene),
  ];
}

function drawView(state: UiState, scene: Scene, size: Size): TuiLine[] {
  switch (state.view) {
    case "run":
      return drawRun(scene, size);
    case "compare":
      return drawCompare(state, scene, size);
    case "samples":
      return drawSamples(state, scene, size);
    case "log":
      return drawLog(state, scene, size);
    case "gates":
      return drawGates(state, scene, size);
    case "people":
      return drawPeople(state, scene, size);
    default:
      return state.view satisfies never;
  }
}

const NAMES: Readonly<Record<ViewName, string>> = {
  run: "Run",
  compare: "Compare",
  samples: "Samples",
  log: "Log",
  gates: "Gates",
  people: "People",
};

/** Where one is, and the screens by their numbers. */
function header({ view }: UiState, { snapshot, columns }: Scene): TuiLine {
  const tabs: Line = viewsOf(snapshot).flatMap((name, index) => {
    const look = name === view ? "accent" : "dim";
    return [span(` ${index + 1} `, look), span(name === view ? `[${NAMES[name]}]` : ` ${NAMES[name]} `, look)];
  });
  const path: Line = [
    span(" evalh", "bold"),
    span(" ▸ ", "dim"),
    span(escapeText(snapshot.suite), "bold"),
    span(" ▸ ", "dim"),
    span(escapeText(snapshot.runId.replace(/^.*-/u, ""))),
    ...(snapshot.state === "complete"
      ? []
      : [span(`  ${snapshot.state}`, snapshot.state === "running" ? "accent" : "warn")]),
  ];
  return spread(path, [...tabs, span(" ")], columns);
}

type Hint = readonly [key: string, meaning: string];

const HINTS: Readonly<Record<ViewName, readonly Hint[]>> = {
  run: [
    ["Enter", "compare"],
    ["y", "link"],
  ],
  compare: [
    ["jk hl", "move"],
    ["Enter", "samples"],
    ["f", "fixed"],
    ["b", "broken"],
    ["s", "slices"],
    ["B", "base"],
    ["y", "link"],
  ],
  samples: [
    ["jk", "sample"],
    ["hl", "checkpoint"],
    ["Enter", "zoom"],
    ["/", "filter"],
    ["f b", "fixed broken"],
    ["m", "metric"],
    ["s", "sort"],
    ["d", "diff"],
    ["A", "to people"],
    ["y", "link"],
  ],
  log: [["jk", "scroll"]],
  gates: [["jk", "scroll"]],
  people: [["jk", "scroll"]],
};

const ALWAYS: readonly Hint[] = [
  ["?", "help"],
  ["q", "quit"],
];

const TYPING: readonly Hint[] = [
  ["Enter", "keep"],
  ["Esc", "undo"],
  ["Ctrl-U", "clear"],
];

/** A message, or the keys that matter here; on screens that do not show it, how far a run is. */
function footer(state: UiState, { snapshot, columns }: Scene): TuiLine {
  if (state.message !== null) return fitLine([span(` ${escapeText(state.message)}`, "accent")], columns);
  const isLive = snapshot.state === "running" && state.view !== "run";
  const always = hintSpans(state.typing === null ? ALWAYS : []);
  const hints = state.typing === null ? HINTS[state.view] : TYPING;
  const line: TuiLine[number][] = [];
  for (const hint of hints) {
    const spans = hintSpans([hint]);
    if (lineWidth([...line, ...spans, ...always]) > columns) break;
    line.push(...spans);
  }
  line.push(...always);
  const room = columns - lineWidth(line);
  return isLive && room > 40 ? [...line, ...fitLine(paceLine(snapshot, room), room)] : fitLine(line, columns);
}

function hintSpans(hints: readonly Hint[]): Line {
  return hints.flatMap(([key, meaning]) => [span(` ${key} `, "accent"), span(`${meaning} `, "dim")]);
}
