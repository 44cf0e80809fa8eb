import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { semanticSimilarity } from "../../judges/semantic-similarity.ts";
import { windowed } from "../../judges/semantic/token-window.ts";
import { judged, valueOf } from "./samples.ts";

const models = join(import.meta.dirname, "../fixtures/models");
const judge = semanticSimilarity.create({ model: "tiny-encoder" }, { folder: models });

interface Expected {
  readonly texts: readonly [string, string];
  readonly ids: readonly [readonly number[], readonly number[]];
  readonly cosine: number;
}
const expected = JSON.parse(await readFile(join(models, "tiny-encoder/expected.json"), "utf8")) as readonly Expected[];

describe("semantic similarity", () => {
  it.each(expected)("of $texts equals what numpy makes of the same weights", async ({ texts: [a, b], cosine }) => {
    expect(await valueOf(judge, "semantic_similarity", a, b)).toBeCloseTo(cosine, 5);
    expect(await valueOf(judge, "semantic_similarity", b, a)).toBeCloseTo(cosine, 5);
  });

  it("is that of the closest reference, and 1 for an equal one", async () => {
    const [first, second] = expected as [Expected, Expected];
    const [text, one] = first.texts;
    const other = second.texts[1];
    expect(second.texts[0]).toBe(text);
    const both = await valueOf(judge, "semantic_similarity", text, one, other);
    expect(both).toBeCloseTo(Math.max(first.cosine, second.cosine), 5);
    expect(await valueOf(judge, "semantic_similarity", text, one, text)).toBe(1);
  });

  it("takes the first token's vector where the folder says so", async () => {
    const folder = await mkdtemp(join(tmpdir(), "evalh-encoder-"));
    try {
      await cp(join(models, "tiny-encoder"), folder, { recursive: true });
      const pooling = join(folder, "1_Pooling/config.json");
      await writeFile(pooling, JSON.stringify({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }));
      const cls = semanticSimilarity.create({ model: folder }, {});
      const [{ texts, cosine }] = expected as [Expected];
      const [a, b] = texts;
      expect(Math.abs((await valueOf(cls, "semantic_similarity", a, b)) - cosine)).toBeGreaterThan(0.001);
      await writeFile(pooling, JSON.stringify({ pooling_mode_max_tokens: true }));
      const other = await judged(semanticSimilarity.create({ model: folder }, {}), a, b);
      expect(other).toMatchObject({ kind: "failed", error: { message: expect.stringContaining("pools its tokens") } });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ["nothing-here", "it has no onnx/model.onnx or model.onnx"],
    ["tiny-lm", "asks for"],
  ])("fails, saying why, for the model %s", async (model, reason) => {
    const score = await judged(semanticSimilarity.create({ model }, { folder: models }), "a", "b");
    expect(score).toMatchObject({ kind: "failed", error: { message: expect.stringContaining(reason) } });
  });
});

describe("a text that is too long", () => {
  const encode = (text: string, { add_special_tokens: marked }: { add_special_tokens: boolean }): { ids: number[] } => {
    const ids = Array.from(text, (char) => char.charCodeAt(0));
    return { ids: marked ? [1, ...ids, 2] : ids };
  };

  it("loses its last tokens and keeps its marks", () => {
    expect(windowed(encode, "abcdef", 5)).toEqual([1, 97, 98, 99, 2]);
    expect(windowed(encode, "abc", 5)).toEqual([1, 97, 98, 99, 2]);
  });
});

/** Folder of a real sentence encoder as ONNX, for example an export of all-MiniLM-L6-v2. */
const real = process.env["EVALH_SENTENCE_ENCODER"] ?? "";

describe.skipIf(real === "")("a real encoder (skipped unless EVALH_SENTENCE_ENCODER names its folder)", () => {
  it("finds a paraphrase closer than another sentence on the same subject", async () => {
    const encoder = semanticSimilarity.create({ model: real }, {});
    const of = (a: string, b: string): Promise<number> => valueOf(encoder, "semantic_similarity", a, b);
    const text = "The ferry leaves the harbour at seven in the morning.";
    expect(await of(text, "At 7 a.m. the boat departs from the port.")).toBeGreaterThan(
      await of(text, "The harbour was built a hundred years ago."),
    );
  });
});
