import type { Check } from "./check.ts";

/** Every check, in the order of the report; repairs are made in this order too. */
export const checks = {
  characters: async () => (await import("./characters.ts")).characters,
  mojibake: async () => (await import("./mojibake.ts")).mojibake,
  html: async () => (await import("./html.ts")).html,
  script: async () => (await import("./script.ts")).script,
  "personal-data": async () => (await import("./personal-data.ts")).personalData,
  "empty-reference": async () => (await import("./empty-reference.ts")).emptyReference,
  "truncated-reference": async () => (await import("./truncated-reference.ts")).truncatedReference,
  length: async () => (await import("./length.ts")).length,
  "label-conflict": async () => (await import("./label-conflict.ts")).labelConflict,
  "exact-duplicate": async () => (await import("./exact-duplicate.ts")).exactDuplicate,
  "near-duplicate": async () => (await import("./near-duplicate.ts")).nearDuplicate,
  leakage: async () => (await import("./leakage.ts")).leakage,
  coverage: async () => (await import("./coverage.ts")).coverage,
} satisfies Record<string, () => Promise<Check>>;

export type CheckName = keyof typeof checks;

export const checkNames = Object.keys(checks) as readonly CheckName[];
