import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { lineWidth, span } from "../../reports/console/span.ts";
import { textWidth } from "../../reports/console/text-width.ts";
import { trajectoryOf } from "../../reports/trajectory.ts";
import { clock, formatPerSecond, progressBar, sparkline } from "../../src/tui/view/bar.ts";
import { fitLine, spread, textBlock, wrapSpans } from "../../src/tui/view/line.ts";
import { paint, plain } from "../../src/tui/view/paint.ts";
import { drawPlot, type Plot } from "../../src/tui/view/plot.ts";
import { windowAround } from "../../src/tui/view/window.ts";

const text = fc.string({ unit: fc.constantFrom(...Array.from("ab 漢é.\n\t-😀")) });
const width = fc.integer({ min: 2, max: 40 });

describe("a line", () => {
  test("fits any width exactly, wide characters included", () => {
    fc.assert(
      fc.property(fc.array(text), width, (parts, columns) => {
        const line = parts.map((part) => span(part.replaceAll(/[\n\t]/gu, "")));
        expect(lineWidth(fitLine(line, columns))).toBe(columns);
        expect(lineWidth(spread(line, [span("R")], columns))).toBe(columns);
      }),
    );
  });

  test("is cut with an ellipsis, and filled otherwise", () => {
    expect(plain(fitLine([span("checkpoint")], 6))).toBe("check…");
    expect(plain(fitLine([span("漢漢漢")], 4))).toBe("漢… ");
    expect(plain(fitLine([span("ok")], 4))).toBe("ok  ");
  });

  test("has colour codes only where colour is wanted", () => {
    const line = [span("worse", "bad"), { ...span("here", "bold"), inverse: true }, span("plain")];
    expect(paint(line, true)).toBe("\u001b[31mworse\u001b[0m\u001b[1;7mhere\u001b[0mplain");
    expect(paint(line, false)).toBe("worsehereplain");
  });

  test("cannot act on the terminal, whoever forgot to escape it", () => {
    expect(paint([span("\u001b[2Jx\u009b5A")], true)).toBe("␛[2Jx⟨U+009B⟩5A");
  });
});

describe("a text over several lines", () => {
  test("loses nothing but the spaces at which it breaks, and no line is too wide", () => {
    fc.assert(
      fc.property(fc.array(text), width, (parts, columns) => {
        const lines = wrapSpans(
          parts.map((part) => span(part)),
          columns,
        );
        for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(columns);
        const letters = (value: string): string => value.replaceAll(/\s/gu, "");
        expect(letters(lines.map(plain).join(""))).toBe(letters(parts.join("")));
      }),
    );
  });

  test("keeps its own line breaks and indents, and breaks at words", () => {
    expect(textBlock("def f(x):\n\treturn x\r\n\r\nan old story", 8).map(plain)).toEqual([
      "def ",
      "f(x):",
      "  return",
      "x",
      "",
      "an old ",
      "story",
    ]);
    expect(textBlock("abcdefghij", 4).map(plain)).toEqual(["abcd", "efgh", "ij"]);
  });
});

describe("bars", () => {
  test.each([
    [0, "····"],
    [0.5, "██··"],
    [0.6, "██▍·"],
    [1, "████"],
    [7, "████"],
  ])("a share of %f as %s", (share, bar) => {
    expect(progressBar(share, 4)).toBe(bar);
  });

  test("a trend from the lowest to the highest, gaps where nothing is known", () => {
    expect(sparkline([1, 2, null, 3, Number.NaN])).toBe("▁▅ █ ");
    expect(sparkline([5, 5])).toBe("▁▁");
    expect(sparkline([50, 100], 0)).toBe("▅█");
    expect(sparkline([])).toBe("");
  });

  test("times and rates as people read them", () => {
    expect([0, 61.4, 3_725].map(clock)).toEqual(["00:00", "01:01", "1:02:05"]);
    expect([0.44, 1_971.2].map(formatPerSecond)).toEqual(["0.4", "1\u202f971"]);
  });
});

describe("a plot", () => {
  const plot = (points: readonly { x: number; y: number }[], part: Partial<Plot> = {}): Plot => ({
    series: [{ points, look: "accent", gap: 1, mark: "●" }],
    domain: [0, 100],
    band: null,
    flag: null,
    format: (value) => value.toFixed(1),
    ...part,
  });

  test("draws a falling line from the upper left to the lower right, its bounds on the axis", () => {
    const lines = drawPlot(
      plot([
        { x: 0, y: 4 },
        { x: 100, y: 1 },
      ]),
      { width: 30, height: 8 },
    ).map(plain);
    expect(lines).toHaveLength(8);
    expect(lines[0]).toMatch(/^4\.0 ┤●/u);
    expect(lines[6]).toMatch(/^1\.0 ┤.*●$/u);
    expect(lines[7]).toMatch(/^ +└0─+100$/u);
    expect(lines.slice(1, 6).every((line) => /[⠁-⣿]/u.test(line))).toBe(true);
  });

  test("puts the checkpoint to ship on the axis, and the onset in the drawing", () => {
    const points = [
      { x: 0, y: 4 },
      { x: 100, y: 1 },
    ];
    const lines = drawPlot(plot(points, { flag: 50, band: { lo: 25, hi: 75 } }), { width: 40, height: 8 }).map(plain);
    expect(lines[7]).toMatch(/└0─+▶50─+100$/u);
    expect(lines[0]).not.toBe(drawPlot(plot(points), { width: 40, height: 8 }).map(plain)[0]);
  });

  test("of one point, of equal values, of nothing, in no room: never fails, never overflows", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ x: fc.integer({ min: 0, max: 100 }), y: fc.double({ noNaN: true, min: -1e6, max: 1e6 }) }),
        ),
        fc.integer({ min: 0, max: 80 }),
        fc.integer({ min: 0, max: 20 }),
        (points, columns, rows) => {
          for (const line of drawPlot(plot(points), { width: columns, height: rows })) {
            if (columns >= 24) expect(textWidth(plain(line))).toBeLessThanOrEqual(columns);
          }
        },
      ),
    );
    expect(drawPlot(plot([]), { width: 40, height: 8 }).map(plain)).toEqual(["nothing to draw yet"]);
  });
});

describe("a window on a long list", () => {
  test("always shows the cursor, and never less than there is room for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 60 }), fc.nat(), (count, room, at) => {
        const cursor = at % count;
        const { start, end } = windowAround(cursor, { count, room });
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(count);
        expect(end - start).toBe(Math.min(count, room));
        expect(cursor >= start && cursor < end).toBe(true);
      }),
    );
  });
});

describe("a sample's way through the checkpoints", () => {
  const binary = { small: 1e-9, middle: 50, higherIsBetter: true };
  test.each([
    [[0, 0, 100, 100], "gained"],
    [[100, 100, 0], "lost"],
    [[0, 100, 0, 100], "flip"],
    [[100, 0, 100], "high"],
    [[0, Number.NaN, 0], "low"],
    [[Number.NaN, 100], "none"],
    [[], "none"],
  ])("%j is %s", (scores, expected) => {
    // One turn and back is no flip-flop: it ended where it began.
    expect(trajectoryOf(scores, binary)).toBe(expected);
  });

  test("is read the other way round where lower is better, and small moves are noise", () => {
    const lower = { small: 5, middle: 50, higherIsBetter: false };
    expect(trajectoryOf([80, 20], lower)).toBe("gained");
    expect(trajectoryOf([20, 23, 19, 24, 18], lower)).toBe("high");
  });
});
