/**
 * Reads an event file of 50 MB from the start, and follows it while 1 MB is appended. Bars: 1 s of CPU; no more read than
 * the growth and a few heads of files. Prints the figures; --record FILE keeps them.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { machine, measure, median } from "../measure.ts";
import { eventRecords } from "./event-file.ts";

const MEGABYTE = 1_000_000;
const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" }, record: { type: "string" } } });
const folder = mkdtempSync(join(tmpdir(), "evalh-bench-logs-"));
const file = join(folder, "events.out.tfevents.1700000000.bench.1.0");
const growthFile = join(folder, "growth.bin");
const read = fileURLToPath(new URL("read.ts", import.meta.url));

interface Read {
  readonly points: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

try {
  const { data, nextStep } = eventRecords(1, 50 * MEGABYTE);
  writeFileSync(file, data);
  const growth = eventRecords(nextStep, MEGABYTE);
  writeFileSync(growthFile, growth.data);
  const reads: Read[] = [];
  let peak = 0;
  for (let round = 0; round < Number(values.rounds); round++) {
    const { stdout, peakMegabytes } = await measure(process.execPath, [read, file]);
    reads.push(JSON.parse(stdout) as Read);
    peak = Math.max(peak, peakMegabytes);
  }
  const bytes = statSync(file).size;
  const steps = [String(nextStep), String(growth.nextStep)];
  const followed = JSON.parse((await measure(process.execPath, [read, file, growthFile, ...steps])).stdout) as {
    readonly grown: number;
    readonly bytes: number;
    readonly cpuSeconds: number;
  };
  const result = {
    machine: machine(),
    file_bytes: bytes,
    points: reads[0]?.points,
    read_seconds: median(reads.map(({ seconds }) => seconds)),
    read_cpu_seconds: median(reads.map(({ cpuSeconds }) => cpuSeconds)),
    read_bar_seconds: 1,
    peak_megabytes: Math.round(peak),
    grown_bytes: followed.grown,
    read_for_growth_bytes: followed.bytes,
    growth_cpu_seconds: followed.cpuSeconds,
  };
  console.log(JSON.stringify(result, null, 2));
  if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
