import type { ExchangeFormat } from "./exchange-format.ts";

/** Every format that sheets are exchanged in. */
export const formats = {
  html: async () => (await import("./html.ts")).html,
  evalh: async () => (await import("./evalh.ts")).evalh,
  "label-studio": async () => (await import("./label-studio.ts")).labelStudio,
  prodigy: async () => (await import("./prodigy.ts")).prodigy,
  "prodigy-compare": async () => (await import("./prodigy-compare.ts")).prodigyCompare,
  argilla: async () => (await import("./argilla.ts")).argilla,
  csv: async () => (await import("./csv.ts")).csv,
} satisfies Record<string, () => Promise<ExchangeFormat>>;

export type FormatName = keyof typeof formats;

export const formatNames = Object.keys(formats) as readonly FormatName[];

/** The format of an answers file, by its ending and beginning. */
export function guessFormat(path: string, text: string): FormatName {
  if (/\.[ct]sv$/iu.test(path)) return "csv";
  const start = text.slice(0, 100_000);
  if (/^\s*\[/u.test(start)) return /"(?:value\.)?responses"\s*:/u.test(start) ? "argilla" : "label-studio";
  const [first = ""] = start.split("\n", 1);
  if (!/"(?:accept|_task_hash|answer)"\s*:/u.test(first)) return "evalh";
  return /"evalh_id"\s*:/u.test(first) ? "prodigy" : "prodigy-compare";
}
