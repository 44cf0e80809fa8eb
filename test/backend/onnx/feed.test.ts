import { describe, expect, it } from "vitest";
import type { Cache, Decoder, Step } from "../../../src/backend/onnx/decoder.ts";
import { feedBlock, type Block } from "../../../src/backend/onnx/feed.ts";

/** A decoder that remembers its steps; the logits of a token are its id. Its size makes the feeder cut blocks. */
function recorder(vocabulary: number): { decoder: Decoder; steps: Step[] } {
  const steps: Step[] = [];
  const emptyCache = (rows: number): Cache => ({ rows, length: 0, tensors: [] });
  const decoder: Decoder = {
    vocabulary,
    emptyCache,
    gather: (cache) => cache,
    forward: (step) => {
      steps.push(step);
      const logits = Float32Array.from(step.ids, Number);
      const cache = { ...step.cache, length: step.cache.length + step.columns };
      return Promise.resolve({ logits, vocabulary: 1, cache });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { decoder, steps };
}

/** Mask, ids and positions of all steps, a text a row: "." is padding. */
async function feed(block: Omit<Block, "cache" | "padId">, vocabulary: number, cached = 0) {
  const { decoder, steps } = recorder(vocabulary);
  const cache = { ...decoder.emptyCache(block.rows.length), length: cached };
  const logits: number[][] = block.rows.map(() => []);
  const grown = await feedBlock(decoder, { ...block, padId: 0, cache }, (piece) => {
    for (const row of block.rows.keys()) {
      for (let c = piece.start; c < piece.start + piece.columns; c++) logits[row]?.push(piece.at(row, c)[0] as number);
    }
  });
  const last = steps.at(-1) as Step;
  const width = grown.length;
  const masks = block.rows.map((_, r) => [...last.mask.subarray(r * width, (r + 1) * width)].join(""));
  const positions = block.rows.map((_, r) =>
    steps.flatMap(({ positions, columns }) => [...positions.subarray(r * columns, (r + 1) * columns)].map(Number)),
  );
  return { logits, masks, positions, columns: steps.map(({ columns }) => columns) };
}

describe("feeding a block", () => {
  const prompts = { rows: [[5, 6, 7, 8, 9], [3], [1, 2, 3]], side: "left", leftPads: [0, 0, 0] } as const;
  const wanted = {
    logits: [
      [5, 6, 7, 8, 9],
      [0, 0, 0, 0, 3],
      [0, 0, 1, 2, 3],
    ],
    masks: ["11111", "00001", "00111"],
    positions: [
      [0, 1, 2, 3, 4],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 1, 2],
    ],
  };

  it("pads prompts at the left and counts positions from their first token", async () => {
    expect(await feed(prompts, 100)).toEqual({ ...wanted, columns: [5] });
  });

  it("gives the same in pieces when the logits would not fit in memory", async () => {
    expect(await feed(prompts, 2_500_000)).toEqual({ ...wanted, columns: [2, 2, 1] });
    expect(await feed(prompts, 16_000_000)).toEqual({ ...wanted, columns: [1, 1, 1, 1, 1] });
  });

  it("continues a padded cache, padding at the right", async () => {
    const block = { rows: [[4, 5, 6], [7]], side: "right", leftPads: [0, 2] } as const;
    const whole = {
      logits: [
        [4, 5, 6],
        [7, 0, 0],
      ],
      masks: ["1111111", "0011100"],
      positions: [
        [4, 5, 6],
        [2, 0, 0],
      ],
    };
    expect(await feed(block, 100, 4)).toEqual({ ...whole, columns: [3] });
    expect(await feed(block, 4_000_000, 4)).toEqual({ ...whole, columns: [2, 1] });
  });
});
