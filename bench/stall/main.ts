/**
 * The main thread's longest stall while 100,000 pairs are judged in a thread of their own: how long a key press or a
 * frame of the screen would have waited. --record FILE keeps the figures.
 */
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";

import type { Pair } from "../../src/executor/pair-judging.ts";
import { judgePairs } from "../../src/executor/pair-thread.ts";
import { machine } from "../measure.ts";
import { generatedTexts } from "../metrics/texts.ts";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "100000" },
    judges: { type: "string", default: "bleu,chrf,rouge" },
    record: { type: "string" },
  },
});
const texts = generatedTexts({ pairs: Number(values.pairs), seed: 1, lines: 1, words: 25 });

async function* stream(): AsyncGenerator<Pair> {
  for (const [index, output] of texts.a.entries()) yield { output, references: [texts.references[index] ?? ""] };
}

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const started = performance.now();
const { count } = await judgePairs(values.judges.split(","), stream());
delay.disable();
const result = {
  machine: machine(),
  pairs: count,
  judges: values.judges,
  seconds: (performance.now() - started) / 1000,
  longest_stall_ms: delay.max / 1e6,
  p99_stall_ms: delay.percentile(99) / 1e6,
};
console.log(JSON.stringify(result, null, 2));
if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(result, null, 2)}\n`);
