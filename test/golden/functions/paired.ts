import type { GoldenFunction } from "../golden-file.ts";

/** Resampling of BLEU, chrF and TER as sacrebleu has it. */
export const pairedFunctions: Record<string, GoldenFunction> = {};
