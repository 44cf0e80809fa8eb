/** The release of sacrebleu that BLEU, chrF and TER equal. */
const SACREBLEU_VERSION = "2.6.0";

/** One entry of a signature: its name, its short name and its value. */
export type SignatureEntry = readonly [name: string, short: string, value: string | number];

/** Number of references a segment has, or "var" where it is not the same for all. */
export type ReferenceCount = number | "var";

export interface Signatures {
  readonly signature: string;
  readonly shortSignature: string;
}

/** sacrebleu's signature of a score, long and short. */
export function signatures(references: ReferenceCount, entries: readonly SignatureEntry[]): Signatures {
  const all: readonly SignatureEntry[] = [["nrefs", "#", references], ...entries, ["version", "v", SACREBLEU_VERSION]];
  return {
    signature: all.map(([name, , value]) => `${name}:${value}`).join("|"),
    shortSignature: all.map(([, short, value]) => `${short}:${value}`).join("|"),
  };
}

export function yesNo(value: boolean): "yes" | "no" {
  return value ? "yes" : "no";
}
