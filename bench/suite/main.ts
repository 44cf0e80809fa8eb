/** Time and memory of `evalh run icd-coding` as a whole process, report included. --record FILE keeps the figures. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { machine, measure, median } from "../measure.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, record: { type: "string" } } });
const evalh = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const rounds = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const cwd = mkdtempSync(join(tmpdir(), "evalh-suite-"));
  try {
    rounds.push(await measure(process.execPath, [evalh, "run", "icd-coding", "--quiet"], { cwd }));
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
const result = {
  machine: machine(),
  rounds: rounds.length,
  wall_seconds: median(rounds.map((each) => each.wallSeconds)),
  cpu_seconds: median(rounds.map((each) => each.cpuSeconds)),
  peak_mb: Math.round(Math.max(...rounds.map((each) => each.peakMegabytes))),
};
console.log(JSON.stringify(result, null, 2));
if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(result, null, 2)}\n`);
