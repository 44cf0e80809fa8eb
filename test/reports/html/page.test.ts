import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { afterAll, describe, expect, test } from "vitest";

import type { ReportMeta, StoredSample } from "../../../reports/html/data/format.ts";
import { sections } from "../../../reports/html/section/index.ts";
import { reports } from "../../../reports/index.ts";
import type { ReportOptions } from "../../../reports/report-module.ts";
import type { Comparison, SampleSource } from "../../../src/compare/comparison.ts";
import { comparison, largeComparison, sample, samples, SAMPLES } from "../fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "evalh-page-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Page {
  readonly text: string;
  readonly notes: readonly string[];
  block(name: string): Buffer;
}

async function write(data: Comparison, source: SampleSource = samples, options: ReportOptions = {}): Promise<Page> {
  const path = join(folder, "report.html");
  const { notes } = await (await reports.html()).write(data, source, { path, ...options });
  const text = readFileSync(path, "utf8");
  return {
    text,
    notes,
    block(name) {
      const found = new RegExp(`data-block="${name}">([^<]*)<`, "u").exec(text)?.[1];
      if (found === undefined) throw new Error(`no block ${name}`);
      return gunzipSync(Buffer.from(found, "base64"));
    },
  };
}

function metaOf(page: Page): ReportMeta {
  return JSON.parse(page.block("meta").toString()) as ReportMeta;
}

describe("HTML report", () => {
  test("is the same file each time", async () => {
    expect((await write(comparison)).text).toBe((await write(comparison)).text);
  });

  test("item 9: lets only its own script and style run, by their hashes", async () => {
    const { text } = await write(comparison);
    const policy = /Content-Security-Policy" content="([^"]*)"/u.exec(text)?.[1] ?? "";
    const hashOf = (source: string): string => `'sha256-${createHash("sha256").update(source).digest("base64")}'`;
    const script = /<script>(.*?)<\/script>/su.exec(text)?.[1] ?? "";
    const style = /<style>(.*?)<\/style>/su.exec(text)?.[1] ?? "";
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(script)}`,
      `style-src ${hashOf(style)}`,
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
    ]);
  });

  test("item 9: mentions no address and no inline style", async () => {
    const { text } = await write(comparison);
    const markup = text.replaceAll(/<script[^>]*>.*?<\/script>/gsu, "");
    expect(markup).not.toMatch(/https?:|\bsrc=|\bstyle=|@import|url\(/u);
  });

  test("stands on its own without scripts: verdict, charts with words, tables", async () => {
    const { text } = await write(comparison);
    expect(text).toContain('<h1 id="headline">Overfitting by the loss since step 189–252.</h1>');
    expect(text).toMatch(/<svg class="chart"[^>]*role="img" aria-labelledby="curve-0-wide-t curve-0-wide-d"><title/u);
    expect(text).toContain("overfitting begins 189–252");
    expect(text).toContain("▼ ship checkpoint-441");
    expect(text.match(/<details>/gu)?.length).toBeGreaterThanOrEqual(4);
  });

  test("has unique element ids and a heading for every section", async () => {
    const { text } = await write(comparison);
    const ids = [...text.matchAll(/\bid="([^"]*)"/gu)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, title } of sections) expect(text).toContain(`<h2 id="${id}-title">${title}</h2>`);
  });

  test("draws calibration, confusion, the GPUs and what was copied, each with its numbers in words or a table", async () => {
    const { text } = await write(comparison);
    const part = (id: string): string => new RegExp(`<section id="${id}".*?</section>`, "su").exec(text)?.[0] ?? "";
    expect(part("calibration").match(/<svg class="chart reliability" [^>]*role="img"/gu)).toHaveLength(8);
    expect(part("calibration")).toMatch(/ECE 0\.100; surer than right by 10\.0 points/u);
    expect(part("calibration")).toContain('aria-label="Bins of confidence in chapter"');
    expect(part("confusion")).toMatch(/<td class="num shade-\d right">24<\/td>/u);
    expect(part("confusion")).toContain("Mistaken most often");
    const gpu = part("gpu");
    expect(gpu.match(/role="img"/gu)).toHaveLength(4);
    for (const words of ["busy, %", "memory, GiB", "power, W", "checkpoint-63", "NVIDIA H100"])
      expect(gpu).toContain(words);
    expect(gpu).toMatch(/checkpoint-189<\/th>.*?–<\/td>.*?4\.0 s/su);
    expect(part("learning")).toContain("4\u202f500 rows of training data");
  });

  test("embeds every text of a small run", async () => {
    const page = await write(comparison);
    expect(metaOf(page).embedded).toBe(2 * SAMPLES);
    expect(page.notes).toEqual([]);
  });

  test("embeds all scores, and the texts of failures, changes and a random choice", async () => {
    const page = await write(largeComparison);
    const meta = metaOf(page);
    expect(meta).toMatchObject({ total: 2 * SAMPLES, base: 4, head: 7, ship: 4, embed: "changed" });
    expect(meta.embedded).toBeGreaterThan(SAMPLES);
    expect(meta.embedded).toBeLessThan(2 * SAMPLES);
    expect(page.notes[0]).toContain(`the texts of ${2 * SAMPLES - meta.embedded} samples are not`);
    const chunkOf = new Uint32Array(page.block("chunk-of").buffer.slice(0));
    expect(chunkOf[7]).not.toBe(0xffffffff);
  });

  test("embeds every text or none when asked", async () => {
    const all = await write(comparison, samples, { embed: "all" });
    expect(metaOf(all).embedded).toBe(2 * SAMPLES);
    expect(all.notes).toEqual([]);
    const [first] = JSON.parse(all.block("text-0").toString()) as StoredSample[];
    expect(first?.[0]).toBe(sample("title", 0).prompt);
    const none = await write(comparison, samples, { embed: "none" });
    expect(metaOf(none).embedded).toBe(0);
    expect(none.text).not.toContain('data-block="text-');
    expect(none.notes[0]).toContain("left out as asked");
  });

  test("is made without losses, ship choice, variants, slices and samples", async () => {
    const [first] = comparison.checkpoints;
    if (first === undefined) throw new Error("the fixture has no checkpoints");
    const bare: Comparison = {
      ...comparison,
      checkpoints: [{ ...first, step: null, bytes: null }],
      rows: [],
      cells: {},
      slices: [],
      warnings: [],
      training: null,
      ship: null,
      verdict: { kind: "inconclusive", why: "no sample was scored" },
      summary: ["Inconclusive: no sample was scored."],
    };
    const empty: SampleSource = { async *samples() {} };
    const page = await write(bare, empty);
    expect(page.text).toContain("Inconclusive: no sample was scored.");
    expect(metaOf(page)).toMatchObject({ total: 0, metrics: [] });
  });

  test("reads the samples once, and leaves no file behind when they break off", async () => {
    let reads = 0;
    const counted: SampleSource = {
      samples() {
        reads++;
        return samples.samples();
      },
    };
    await write(comparison, counted);
    expect(reads).toBe(1);
    const broken: SampleSource = {
      async *samples() {
        yield sample("title", 0);
        throw new Error("a shard is torn");
      },
    };
    const path = join(folder, "broken.html");
    await expect((await reports.html()).write(comparison, broken, { path })).rejects.toThrow("a shard is torn");
    expect(() => readFileSync(path)).toThrow(/ENOENT/u);
  });
});
