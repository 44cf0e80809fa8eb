/**
 * Near duplicates among many rows, with planted ones: how long it takes, how much memory, and how many are found.
 *
 *   npm run bench:duplicates -- [--rows 1000000] [--planted 2000] [--record FILE]
 *
 * The rows are random sentences from a seed. Planted rows are earlier ones with characters replaced until their Jaccard
 * similarity (runs of five characters) lies between 0.80 and 0.82, the hardest that must be found. The search runs in a
 * process of its own.
 */
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { jaccard, shingleSet } from "../../src/dataset/check/minhash.ts";
import { runChecks } from "../../src/dataset/check/run-checks.ts";
import { pcg64 } from "../../src/stats/pcg64.ts";
import { machine, measure } from "../measure.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    planted: { type: "string", default: "2000" },
    search: { type: "string" },
    record: { type: "string" },
  },
});

if (values.search === undefined) await main();
else await search(values.search);

async function search(path: string): Promise<void> {
  const report = await runChecks({
    dataset: { path },
    training: null,
    roles: { input: ["text"], reference: [], id: "id" },
    similarity: 0.8,
    names: ["near-duplicate"],
  });
  console.log(JSON.stringify([...(report.drop.get("near-duplicate") ?? [])]));
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "evalh-near-"));
  try {
    const path = join(folder, "rows.jsonl");
    const planted = await writeRows(path, Number(values.rows), Number(values.planted));
    const usage = await measure(process.execPath, [import.meta.filename, "--search", path]);
    const found = new Set(JSON.parse(usage.stdout) as number[]);
    const hits = planted.filter((row) => found.has(row)).length;
    const result = {
      machine: machine(),
      rows: Number(values.rows),
      planted: planted.length,
      wall_seconds: Number(usage.wallSeconds.toFixed(1)),
      cpu_seconds: Number(usage.cpuSeconds.toFixed(1)),
      peak_megabytes: Math.round(usage.peakMegabytes),
      found: hits,
      recall: hits / planted.length,
      others: found.size - hits,
      bar: { wall_seconds: 60, peak_megabytes: 1000, recall: 0.95 },
    };
    if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(result, null, 2)}\n`);
    console.log(result.machine);
    console.log(
      `${values.rows} rows: ${usage.wallSeconds.toFixed(1)} s (${usage.cpuSeconds.toFixed(1)} s of CPU), ${usage.peakMegabytes.toFixed(0)} MB; found ${hits} of ${planted.length} planted (${((100 * hits) / planted.length).toFixed(2)} %), ${found.size - hits} others`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes the rows; gives the ordinals of the planted ones, which stand at the end. */
async function writeRows(path: string, rows: number, plants: number): Promise<number[]> {
  const file = createWriteStream(path);
  const random = pcg64(7);
  const words = Array.from({ length: 20_000 }, () =>
    String.fromCharCode(...random.below(26, 3 + (random.below(8, 1)[0] ?? 0)).map((letter) => letter + 97)),
  );
  const originals: string[] = [];
  for (let row = 0; row < rows - plants; row++) {
    const picked = random.below(words.length, 20);
    const text = Array.from(picked, (word) => words[word] ?? "").join(" ");
    if (originals.length < plants) originals.push(text);
    if (!file.write(`{"id":"r${row}","text":"${text}"}\n`))
      await new Promise<void>((resolve) => file.once("drain", resolve));
  }
  const planted: number[] = [];
  for (const [index, original] of originals.entries()) {
    file.write(`{"id":"p${index}","text":"${variant(original, random)}"}\n`);
    planted.push(rows - plants + index);
  }
  await new Promise<void>((resolve) => file.end(() => resolve()));
  return planted;
}

/** A text that is between 0.80 and 0.82 like the original. */
function variant(original: string, random: ReturnType<typeof pcg64>): string {
  const before = shingleSet(original);
  for (;;) {
    let text = original;
    for (let similarity = 1; similarity > 0.82;) {
      const at = random.below(text.length, 1)[0] ?? 0;
      if (text[at] === " ") continue;
      text = `${text.slice(0, at)}${String.fromCharCode(97 + (random.below(26, 1)[0] ?? 0))}${text.slice(at + 1)}`;
      similarity = jaccard(before, shingleSet(text));
      if (similarity >= 0.8 && similarity <= 0.82) return text;
    }
  }
}
