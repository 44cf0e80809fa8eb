import { gunzipSync } from "node:zlib";

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { largestTriangles } from "../../../reports/html/chart/lttb.ts";
import { NO_CHUNK, NO_SCORE } from "../../../reports/html/data/format.ts";
import { previewList } from "../../../reports/html/data/preview.ts";
import { encodeScores } from "../../../reports/html/data/score-columns.ts";
import { textStore } from "../../../reports/html/data/text-store.ts";
import { markup } from "../../../reports/html/markup.ts";

describe("html templates", () => {
  test("escape every string, in text and in attributes, and nothing twice", () => {
    const text = `<a href='x'>"&`;
    expect(markup`<p title="${text}">${[markup`<b>${text}</b>`, text]}</p>`.source).toBe(
      `<p title="&lt;a href=&#39;x&#39;&gt;&quot;&amp;"><b>&lt;a href=&#39;x&#39;&gt;&quot;&amp;</b>&lt;a href=&#39;x&#39;&gt;&quot;&amp;</p>`,
    );
  });

  test("show controls instead of passing them on", () => {
    expect(markup`${"a\u0000\u202e\ud800"}`.source).toBe("a␀⟨U+202E⟩⟨U+D800⟩");
  });
});

describe("down-sampling", () => {
  const points = Array.from({ length: 5000 }, (_, x) => ({ x, y: x === 2345 ? 99 : Math.sin(x / 300) }));

  test("keeps the ends, the order and the spike", () => {
    const kept = largestTriangles(points, 100);
    expect(kept).toHaveLength(100);
    expect(kept[0]).toBe(points[0]);
    expect(kept.at(-1)).toBe(points.at(-1));
    expect(kept).toContain(points[2345]);
    expect(kept.map(({ x }) => x)).toEqual(kept.map(({ x }) => x).toSorted((a, b) => a - b));
  });

  test("leaves short curves as they are", () => {
    expect(largestTriangles(points.slice(0, 50), 100)).toEqual(points.slice(0, 50));
  });
});

describe("score columns", () => {
  test("are exact and ordered while the values are few enough", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.constant(Number.NaN)), { maxLength: 200 }), (scores) => {
        const { values, codes } = encodeScores(Float64Array.from(scores));
        for (const [at, score] of scores.entries()) {
          if (Number.isFinite(score)) expect(values[codes[at] ?? 0]).toBe(score + 0);
          else expect(codes[at]).toBe(NO_SCORE);
        }
        expect([...values]).toEqual([...values].toSorted((a, b) => a - b));
      }),
    );
  });

  test("are rounded to 65,534 levels beyond that", () => {
    const scores = Float64Array.from({ length: 80_000 }, (_, at) => Math.sqrt(at));
    const { values, codes } = encodeScores(scores);
    const worst = Math.max(
      ...Array.from(scores.subarray(0, 500), (score, at) => Math.abs(score - (values[codes[at] ?? 0] ?? 0))),
    );
    expect(worst).toBeLessThan(Math.sqrt(80_000) / 65_533);
    expect(codes[79_999]).toBe(65_533);
  });
});

describe("previews", () => {
  test("begin where prompts begin to differ and end where they end alike", () => {
    const list = previewList();
    const terms = Array.from({ length: 50 }, (_, at) => `condition number ${at} of the ear`);
    for (const term of terms) list.add(`You are a coder. Example:\nterm: x\ntitle: y\n\nterm: ${term}\ntitle:`);
    expect(list.finish()).toEqual(terms.map((term) => term.replace(/^condition number (\d+) of the ear$/u, "$1")));
  });

  test("are short, one line and whole for a single prompt", () => {
    const list = previewList();
    list.add(`a  b\n${"c".repeat(500)}`);
    const [preview = ""] = list.finish();
    expect(preview.startsWith("a b ccc")).toBe(true);
    expect(preview).toHaveLength(72);
  });
});

describe("the store of texts", () => {
  // Not compressible, so that chunks have sizes: a counter through a mixing function.
  const noise = (seed: number): string =>
    Array.from({ length: 5000 }, (_, at) => (Math.imul(seed * 7919 + at, 0x9e3779b9) >>> 0).toString(36)).join("");

  async function fill(most: number): Promise<Awaited<ReturnType<ReturnType<typeof textStore>["finish"]>>> {
    const store = textStore({ most, sink: null });
    for (let sample = 0; sample < 60; sample++)
      await store.add(sample, sample % 3, JSON.stringify({ sample, text: noise(sample) }));
    return store.finish(61, most);
  }

  test("gives every text back at the place it names", async () => {
    const { chunks, chunkOf, chunkAt, embedded } = await fill(Infinity);
    const opened = chunks.map(
      (chunk) => JSON.parse(gunzipSync(Buffer.from(chunk, "base64")).toString()) as { sample: number }[],
    );
    for (let sample = 0; sample < 60; sample++)
      expect(opened[chunkOf[sample] ?? 0]?.[chunkAt[sample] ?? 0]?.sample).toBe(sample);
    expect(chunkOf[60]).toBe(NO_CHUNK);
    expect(embedded).toBe(60);
  });

  test("keeps within its budget, the least rank numbers first, and the same each time", async () => {
    const all = await fill(Infinity);
    const whole = all.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const some = await fill(whole / 2);
    expect(some.chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBeLessThanOrEqual(whole / 2);
    const kept = (rank: number): number =>
      Array.from({ length: 60 }, (_, sample) => sample).filter(
        (sample) => sample % 3 === rank && some.chunkOf[sample] !== NO_CHUNK,
      ).length;
    expect(kept(0)).toBe(20);
    expect(kept(2)).toBe(0);
    expect((await fill(whole / 2)).chunks).toEqual(some.chunks);
  });
});
