import * as fc from "fast-check";
import { expect, it } from "vitest";

import { compareCodePoints, sortedLabels } from "../../../judges/answers/labels.ts";
import { anyText } from "../samples.ts";

it("orders texts by their code points, also beyond the basic plane", () => {
  const points = (text: string): number[] => Array.from(text, (char) => char.codePointAt(0) as number);
  fc.assert(
    fc.property(anyText(), anyText(), (a, b) => {
      const [x, y] = [points(a), points(b)];
      const at = x.findIndex((code, index) => code !== y[index]);
      const expected = at < 0 ? x.length - y.length : y[at] === undefined ? 1 : (x[at] as number) - y[at];
      expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(expected));
    }),
    { numRuns: 500 },
  );
  expect(sortedLabels(["\u{1f6a2}", "\uff5e", "b", "B", "b"])).toEqual(["B", "b", "\uff5e", "\u{1f6a2}"]);
});
