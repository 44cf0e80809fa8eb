import type { ReportModule } from "./report-module.ts";

/** Every way to write a comparison, by name. Loaded when asked for. */
export const reports = {
  console: async () => (await import("./console.ts")).consoleReport,
  json: async () => (await import("./json.ts")).jsonReport,
  markdown: async () => (await import("./markdown.ts")).markdownReport,
  csv: async () => (await import("./csv.ts")).csvReport,
  junit: async () => (await import("./junit.ts")).junitReport,
  "github-summary": async () => (await import("./github/summary.ts")).githubSummary,
  "github-comment": async () => (await import("./github/comment.ts")).githubComment,
  "github-annotations": async () => (await import("./github/annotations.ts")).githubAnnotations,
  "gitlab-metrics": async () => (await import("./gitlab-metrics.ts")).gitlabMetrics,
  benchmark: async () => (await import("./benchmark.ts")).benchmarkReport,
  "benchmark-smaller": async () => (await import("./benchmark.ts")).benchmarkSmallerReport,
  prometheus: async () => (await import("./prometheus.ts")).prometheusReport,
  "model-index": async () => (await import("./model-index.ts")).modelIndexReport,
  inspect: async () => (await import("./inspect.ts")).inspectReport,
  otel: async () => (await import("./otel.ts")).otelReport,
  html: async () => (await import("./html.ts")).htmlReport,
} satisfies Record<string, () => Promise<ReportModule>>;

export type ReportName = keyof typeof reports;

export const reportNames = Object.keys(reports) as readonly ReportName[];
