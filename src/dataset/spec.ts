/** Formats a dataset can have; a file's ending tells where `format` does not. */
export type DatasetFormat = "jsonl" | "json" | "csv" | "parquet" | "arrow";

/** A value that `where` compares with. Numbers equal their text, since CSV knows only text. */
export type WhereValue = string | number | boolean | null;

/** Which rows of which file. Applied in this order: `where`, `sample`, `limit`. */
export interface DatasetSpec {
  /**
   * A file, a pattern with one `*` in its last part, a folder of shards (`test-00000-of-00002.parquet`, directly inside
   * or in its `data` folder), or one that `datasets` wrote with `save_to_disk`. Absolute, or relative to the working
   * directory.
   */
  readonly path: string;
  readonly format?: DatasetFormat;
  /** Column with unique ids; rows are numbered from 0 without it. */
  readonly id?: string;
  /**
   * What the data must be: the beginning of the sha256 over the files, the fingerprint that `datasets` gave them, or the
   * commit of a hub snapshot. 7 characters or more.
   */
  readonly revision?: string;
  /** Only the first so many rows. */
  readonly limit?: number;
  /** Only `n` rows, chosen by a hash of seed and id: the same rows whatever the order of the file. */
  readonly sample?: { readonly n: number; readonly seed: number };
  /** Only rows whose column has the value, or one of the values. */
  readonly where?: Readonly<Record<string, WhereValue | readonly WhereValue[]>>;
}
