import type { Comparison } from "../../src/compare/comparison.ts";
import { gates } from "./fixture-gates.ts";
import { comparison } from "./fixture.ts";

/** Everything that ends, escapes or is forbidden in one of the formats. */
export const EVIL =
  'a\u0000\u0008\u001b[2J\u009d\ud800\ufffe]]><x y="\'&">--> %0A\r\n::error::b\\ "c"\n# EOF | `d` @all \u2028\u202e{e="f"}';

/** The fixture with that in every text that data can bring in. */
export const hostileGates: Comparison = {
  ...comparison,
  suite: { ...comparison.suite, name: EVIL },
  run: { ...comparison.run, host: EVIL },
  checkpoints: comparison.checkpoints.map((checkpoint) => ({ ...checkpoint, id: `${checkpoint.id}${EVIL}` })),
  ship: null,
  base: `${comparison.base}${EVIL}`,
  rows: comparison.rows.map((row) => ({ ...row, metric: EVIL })),
  summary: [EVIL],
  gates: gates.map((result, index) => ({
    ...result,
    name: `${EVIL}${index}`,
    reason: EVIL,
    against: EVIL,
    checkpoint: EVIL,
    gate: { ...result.gate, place: { file: `/repo/${EVIL}`, line: 3 } },
  })),
};
