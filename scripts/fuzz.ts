/**
 * Feeds every parser with damaged files for a fixed time, evenly among the parsers. What breaks one is printed with how
 * to see it again, and the exit code is 1.
 *
 *   npm run fuzz -- --seconds 60 [--seed 1] [--target "dataset csv"]
 */
import { parseArgs } from "node:util";

import * as fc from "fast-check";

import { property } from "../test/fuzz/property.ts";
import { targets } from "../test/fuzz/targets.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string" }, target: { type: "string" } },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
if (chosen.length === 0) throw new Error(`there are ${targets.map(({ name }) => name).join(", ")}`);
const budget = (Number(values.seconds) * 1000) / chosen.length;

let runs = 0;
for (const target of chosen) {
  const details = await fc.check(property(target), {
    seed,
    numRuns: 10_000_000,
    interruptAfterTimeLimit: budget,
    skipEqualValues: false,
  });
  runs += details.numRuns;
  console.log(`${details.failed ? "BROKEN" : "ok"}  ${target.name}: ${details.numRuns} inputs`);
  if (!details.failed) continue;
  process.exitCode = 1;
  const [bytes] = details.counterexample ?? [];
  console.log(
    `  ${String(details.errorInstance instanceof Error ? details.errorInstance.stack : details.errorInstance)}`,
  );
  console.log(`  input, base64: ${bytes?.toString("base64").slice(0, 2_000)}`);
  console.log(`  again: npm run fuzz -- --seed ${seed} --target ${JSON.stringify(target.name)}`);
}
console.log(`${runs} inputs, seed ${seed}`);
