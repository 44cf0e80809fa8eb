import type { Comparison, SampleSource } from "../src/compare/comparison.ts";
import { writeGuarded } from "./file-target.ts";

/** Which samples' texts a report carries: those that changed or failed, all, or none. Scores are always in it. */
export type EmbedPolicy = "changed" | "all" | "none";

/** What callers may ask of a report; each report takes what concerns it. */
export interface ReportOptions {
  /** Columns to write for, 80 to 250. */
  readonly columns?: number;
  /** Whether ANSI colours may be used. They never carry meaning alone. */
  readonly color?: boolean;
  /** Default "changed". */
  readonly embed?: EmbedPolicy;
  /** Folder that paths in the report are relative to; absolute without it. */
  readonly root?: string;
}

interface ReportTarget extends ReportOptions {
  readonly path: string;
  /** Overwrite a file that is not a report of this kind. */
  readonly force?: boolean;
}

interface WrittenReport {
  readonly path: string;
  readonly bytes: number;
  /** What was left out and why, in words for the user. */
  readonly notes: readonly string[];
}

/** One file of reports/: a way to write a finished comparison. */
export interface ReportModule {
  readonly name: string;
  /** One sentence for `evalh report --help` and the guide. */
  readonly summary: string;
  /** Of the file's name, without a dot. */
  readonly extension: string;
  /**
   * Writes the file at once or not at all (temporary file, then rename).
   * @throws EvalhError E_USAGE where another kind of file lies at the path and `force` is not set
   */
  write(comparison: Comparison, samples: SampleSource, target: ReportTarget): Promise<WrittenReport>;
}

/** A report small enough to be held as one string. */
export interface TextReport extends ReportModule {
  render(comparison: Comparison, samples: SampleSource, options: ReportOptions): Promise<string>;
}

export interface TextReportParts {
  readonly name: string;
  readonly summary: string;
  readonly extension: string;
  /** Matches the beginning of every file that this report wrote. */
  readonly mark: RegExp;
  render(comparison: Comparison, options: ReportOptions): string;
}

/** A report from the function that renders it. */
export function textReport(parts: TextReportParts): TextReport {
  const { name, summary, extension, mark } = parts;
  return {
    name,
    summary,
    extension,
    render: (comparison, _samples, options) => Promise.resolve(parts.render(comparison, options)),
    async write(comparison, _samples, target) {
      const text = parts.render(comparison, target);
      const { path, force = false } = target;
      const bytes = await writeGuarded({ path, force, mark }, async (append) => append(text));
      return { path, bytes, notes: [] };
    },
  };
}
