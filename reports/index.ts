import type { ReportModule } from "./report-module.ts";

/** Every way to write a comparison, by name. Loaded when asked for. */
export const reports = {
  console: async () => (await import("./console.ts")).consoleReport,
  json: async () => (await import("./json.ts")).jsonReport,
  markdown: async () => (await import("./markdown.ts")).markdownReport,
  csv: async () => (await import("./csv.ts")).csvReport,
  html: async () => (await import("./html.ts")).htmlReport,
} satisfies Record<string, () => Promise<ReportModule>>;

export type ReportName = keyof typeof reports;

export const reportNames = Object.keys(reports) as readonly ReportName[];
