/**
 * What a large HTML report costs to make and to read: size, time and memory of writing it, then a browser's times to
 * open it, filter, sort and open samples. Prints the figures beside their bars; --record FILE keeps them.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { findChromium } from "../../test/reports/html/chromium.ts";
import { machine, measure } from "../measure.ts";
import { readInBrowser, type Reading } from "./read.ts";

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "100000" },
    checkpoints: { type: "string", default: "8" },
    characters: { type: "string", default: "120" },
    embed: { type: "string", default: "changed" },
    record: { type: "string" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "evalh-bench-"));
try {
  const path = join(folder, "report.html");
  const script = fileURLToPath(new URL("write.ts", import.meta.url));
  const { samples, checkpoints, characters, embed } = values;
  const usage = await measure(process.execPath, [script, path, samples, checkpoints, characters, embed]);
  const written = JSON.parse(usage.stdout) as { readonly bytes: number; readonly notes: readonly string[] };
  const browser = findChromium();
  const reading = browser === null ? null : await readInBrowser(browser, path);
  const figures = [
    figure("file, MB", written.bytes / 1e6, 25),
    figure("written in, s", usage.wallSeconds, 20),
    figure("CPU of writing, s", usage.cpuSeconds, null),
    figure("memory of writing, MB", usage.peakMegabytes, 500),
    ...(reading === null ? [] : readingFigures(reading)),
  ];
  for (const { name, value, bar } of figures) {
    const verdict = bar === null ? "" : value <= bar ? `ok, bar ${bar}` : `OVER the bar of ${bar}`;
    console.log(`${name.padEnd(34)} ${value.toFixed(2).padStart(9)}   ${verdict}`);
  }
  for (const note of written.notes) console.log(note);
  if (values.record !== undefined) {
    const record = { machine: machine(), ...values, figures, notes: written.notes };
    writeFileSync(values.record, `${JSON.stringify(record, null, 2)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly bar: number | null;
}

function figure(name: string, value: number, bar: number | null): Figure {
  return { name, value, bar };
}

function readingFigures(reading: Reading): readonly Figure[] {
  return [
    figure("ready after, s", reading.readySeconds, 1.5),
    figure("filter, median of 7, ms", reading.filterMs, 50),
    figure("sort, median of 5, ms", reading.sortMs, null),
    figure("open a sample, median of 9, ms", reading.openMs, 100),
    figure("open a sample, slowest of 9, ms", reading.slowestOpenMs, null),
    figure(`blank frames of ${reading.scrolledFrames} scrolled`, reading.blankFrames, 0),
    figure("JavaScript heap, MB", reading.heapMegabytes, 40),
    figure("array buffers beside it, MB", reading.bufferMegabytes, null),
  ];
}
