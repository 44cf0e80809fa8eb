/** Time of `evalh --help` over `node -e 0`, in turns. Prints both medians; --record FILE keeps them. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { machine, measure, median } from "../measure.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "15" }, record: { type: "string" } } });
const evalh = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const empty: number[] = [];
const help: number[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  empty.push((await measure(process.execPath, ["-e", "0"])).wallSeconds * 1000);
  help.push((await measure(process.execPath, [evalh, "--help"])).wallSeconds * 1000);
}
const result = { machine: machine(), node_ms: median(empty), help_ms: median(help), bar_ms: 1.5 * median(empty) + 60 };
console.log(JSON.stringify(result, null, 2));
if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(result, null, 2)}\n`);
