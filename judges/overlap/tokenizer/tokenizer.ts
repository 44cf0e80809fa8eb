import type { Scan } from "./separation.ts";

/** Cuts text into tokens. Each token is a piece of the prepared text. */
export interface Tokenizer {
  /** Its name in the metric's signature. */
  readonly signature: string;
  /** Rewrites the text before it is cut, for example entities to characters. */
  readonly prepare: (text: string) => string;
  readonly scan: Scan;
}
