/** Rows of tokens as one rectangle, padded on the right; row-major. */
export interface PaddedRows {
  readonly rows: number;
  readonly columns: number;
  readonly ids: BigInt64Array;
  /** 1 for tokens, 0 for padding. */
  readonly mask: BigInt64Array;
}

export function padRows(rows: readonly (readonly number[])[], padId: number): PaddedRows {
  const columns = rows.reduce((longest, row) => Math.max(longest, row.length), 1);
  const ids = new BigInt64Array(rows.length * columns).fill(BigInt(padId));
  const mask = new BigInt64Array(rows.length * columns);
  for (const [r, row] of rows.entries()) {
    for (const [c, token] of row.entries()) ids[r * columns + c] = BigInt(token);
    mask.fill(1n, r * columns, r * columns + row.length);
  }
  return { rows: rows.length, columns, ids, mask };
}
