import type { Cache, Decoder } from "./decoder.ts";

/** Most numbers a logits tensor may hold: 64 MB, and each thread has its own. Longer inputs are fed in pieces. */
const LOGITS_LIMIT = 16_000_000;

/**
 * Token sequences that continue a cache, row i its row i. Rows are padded to one length: at the left, where new tokens
 * will be generated behind them, or at the right.
 */
export interface Block {
  readonly rows: readonly (readonly number[])[];
  readonly padId: number;
  readonly side: "left" | "right";
  readonly cache: Cache;
  /** Padding each row already has in front of its cached tokens; all 0 for an empty cache. */
  readonly leftPads: readonly number[];
}

/** Columns `start` to `start + columns` of a block's logits. */
export interface LogitsPiece {
  readonly start: number;
  readonly columns: number;
  /** Logits of the token after column `column` of row `row`; a view, valid until the next piece. */
  at(row: number, column: number): Float32Array;
}

function fillStep(block: Block, width: number, [start, columns]: readonly [number, number]) {
  const { rows, padId, side, cache, leftPads } = block;
  const ids = new BigInt64Array(rows.length * columns).fill(BigInt(padId));
  const positions = new BigInt64Array(rows.length * columns);
  const total = cache.length + start + columns;
  const mask = new BigInt64Array(rows.length * total);
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r] as readonly number[];
    const shift = side === "left" ? width - row.length : 0;
    const cachedPads = leftPads[r] as number;
    const known = cache.length - cachedPads;
    // Cached tokens, then this block's own up to the end of the piece; padding between them keeps its zero.
    mask.fill(1n, r * total + cachedPads, r * total + cache.length);
    const from = Math.max(start, shift);
    const to = Math.min(start + columns, shift + row.length);
    const first = cache.length + Math.min(shift, start + columns);
    const last = cache.length + Math.min(shift + row.length, start + columns);
    mask.fill(1n, r * total + first, r * total + last);
    for (let c = from; c < to; c++) {
      ids[r * columns + c - start] = BigInt(row[c - shift] as number);
      positions[r * columns + c - start] = BigInt(known + c - shift);
    }
  }
  return { ids, positions, mask };
}

/**
 * Runs a block through the model, in pieces whose logits fit in memory.
 *
 * @param visit sees each piece's logits before the next is computed
 * @returns the cache grown by the block's width
 */
export async function feedBlock(decoder: Decoder, block: Block, visit: (piece: LogitsPiece) => void): Promise<Cache> {
  const width = block.rows.reduce((longest, row) => Math.max(longest, row.length), 0);
  const perColumn = block.rows.length * Math.max(decoder.vocabulary, 1);
  const most = Math.max(1, Math.floor(LOGITS_LIMIT / perColumn));
  let cache = block.cache;
  for (let start = 0; start < width; start += most) {
    const columns = Math.min(most, width - start);
    const { ids, positions, mask } = fillStep(block, width, [start, columns]);
    const result = await decoder.forward({ rows: block.rows.length, columns, ids, positions, mask, cache });
    cache = result.cache;
    const { logits, vocabulary } = result;
    visit({
      start,
      columns,
      at(row, column) {
        const from = (row * columns + column - start) * vocabulary;
        return logits.subarray(from, from + vocabulary);
      },
    });
  }
  return cache;
}
