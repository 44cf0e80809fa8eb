/**
 * What reading an event file costs, in a process of its own: `read.ts FILE` reads it once from the start; `read.ts FILE
 * GROWTH STEPS MORE` follows it, appends the content of GROWTH once its STEPS steps are read, and counts what is read from
 * then on to the last of MORE steps.
 */
import { appendFileSync, readFileSync } from "node:fs";

import { followTrainingLog, readTrainingLog } from "../../src/training/index.ts";

/** Bytes that this process has read from files, as the kernel counts them. */
const bytesRead = (): number => Number(/^rchar: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);

const [file = "", more, steps, moreSteps] = process.argv.slice(2);
if (more === undefined) {
  const before = { cpu: process.cpuUsage(), at: performance.now(), bytes: bytesRead() };
  const { points } = await readTrainingLog(file);
  const { user, system } = process.cpuUsage(before.cpu);
  const seconds = (performance.now() - before.at) / 1000;
  console.log(
    JSON.stringify({
      points: points.length,
      seconds,
      cpuSeconds: (user + system) / 1e6,
      bytes: bytesRead() - before.bytes,
    }),
  );
} else {
  const growth = readFileSync(more);
  const end = new AbortController();
  let from: { bytes: number; cpu: NodeJS.CpuUsage } | null = null;
  let last = -1;
  for await (const { step } of followTrainingLog(file, { signal: end.signal, interval: 20 })) {
    last = Math.max(last, step);
    if (from === null && last === Number(steps) - 1) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      appendFileSync(file, growth);
      from = { bytes: bytesRead(), cpu: process.cpuUsage() };
    } else if (from !== null && last === Number(moreSteps) - 1) end.abort();
  }
  if (from === null) throw new Error("the growth was never read");
  const { user, system } = process.cpuUsage(from.cpu);
  console.log(
    JSON.stringify({ grown: growth.length, bytes: bytesRead() - from.bytes, cpuSeconds: (user + system) / 1e6 }),
  );
}
