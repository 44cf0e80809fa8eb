/*
 * node test/golden/run.ts FILE [PREFIX]: runs every case of a golden file (those of functions that begin with PREFIX)
 * and prints one line a function. Exits with 1 if a case fails or there is none.
 */
import { readGoldenFile } from "./golden-file.ts";
import { byFunction, runCase } from "./run-case.ts";

const SHOWN_CASES = 3;
const SHOWN_REASONS = 3;

const [path, prefix = ""] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: node test/golden/run.ts FILE [PREFIX]");
  process.exit(2);
}
const total = { passed: 0, failed: 0, skipped: 0 };
const skips: string[] = [];
for (const [fn, cases] of byFunction(readGoldenFile(path).filter((one) => one.fn.startsWith(prefix)))) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const one of cases) {
    const result = await runCase(one);
    count[result.kind]++;
    total[result.kind]++;
    if (result.kind === "skipped") skips.push(`${one.id} (${result.reason})`);
    if (result.kind === "failed" && count.failed <= SHOWN_CASES) {
      console.error(`${one.id} ${JSON.stringify(one.params)}`);
      for (const reason of result.reasons.slice(0, SHOWN_REASONS)) console.error(`  ${reason}`);
    }
  }
  const skipped = count.skipped === 0 ? "" : `, ${count.skipped} skipped`;
  console.log(`${fn.padEnd(26)}  ${count.passed} passed, ${count.failed} failed${skipped}`);
}
if (skips.length > 0) console.log(`skipped: ${skips.join("; ")}`);
const skipped = total.skipped === 0 ? "" : `, ${total.skipped} skipped`;
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed + total.skipped === 0 ? 1 : 0;
