import type { GoldenFunction } from "../golden-file.ts";

export const overlapFunctions: Record<string, GoldenFunction> = {};
