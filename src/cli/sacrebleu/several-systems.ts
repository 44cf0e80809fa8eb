import { pythonFixed } from "../../../judges/overlap/python-fixed.ts";
import { measure, signatureOf, type Measured, type Metric } from "./measure.ts";
import { pythonAscii, pythonFloat } from "./python-json.ts";
import { pairedBootstrapTest, randomisationTest, scoreOf, type Draws, type Result } from "./resampling.ts";
import { drawnEntries } from "./single-system.ts";
import type { Streams } from "./streams.ts";
import { fancyGrid, latexTable } from "./table.ts";

export type Format = "json" | "text" | "latex";

/** A test of every system against the first one. */
export interface PairedTest extends Draws {
  readonly kind: "bs" | "ar";
}

export interface SeveralOptions {
  readonly width: number;
  readonly short: boolean;
  readonly format: Format;
  readonly test: PairedTest | null;
}

/** The scores of several systems side by side, with p-values where a test is asked for. */
export function severalSystems(metrics: readonly Metric[], streams: Streams, options: SeveralOptions): string {
  const { systems, references } = streams;
  const columns = metrics.map((metric) => systems.map(({ lines }) => measure(metric, lines, references)));
  const results = columns.map((column) => resultsOf(column, options.test));
  const names = metrics.map(({ name }) => name);
  const systemNames = systems.map(({ name }) => name);
  if (options.format === "json") return asJson(systemNames, names, { results, options });
  const isBootstrap = options.test?.kind === "bs";
  const titles = ["System", ...names.map((name) => (isBootstrap ? `${name} (μ ± 95% CI)` : name))];
  const breaks = options.format === "latex" ? " " : "\n";
  const rows = systemNames.map((name, row) => [
    name,
    ...results.map((column) => cell(column[row] as Result, { width: options.width, breaks })),
  ]);
  const table = options.format === "latex" ? latexTable(titles, rows) : fancyGrid(titles, rows);
  const drawn = options.test === null ? [] : drawnEntries(options.test.kind, options.test);
  const signatures = columns.map(([first], index) => {
    const signature = first === undefined ? "" : signatureOf(first, { isShort: options.short, drawn });
    return ` - ${(names[index] ?? "").padEnd(10)} ${signature}`;
  });
  return [
    table,
    "",
    ...explanation(systemNames[0] ?? "", options.test),
    heading("Metric signatures"),
    ...signatures,
    "",
  ].join("\n");
}

function resultsOf(column: readonly Measured[], test: PairedTest | null): Result[] {
  const statistics = column.map((each) => each.statistics);
  if (test === null) return statistics.map((each) => ({ score: scoreOf(each), p: null, mean: null, ci: null }));
  return test.kind === "bs" ? pairedBootstrapTest(statistics, test) : randomisationTest(statistics, test);
}

function cell({ score, mean, ci, p }: Result, { width, breaks }: { width: number; breaks: string }): string {
  const fixed = (value: number): string => pythonFixed(value, width);
  const spread = mean === null || ci === null ? "" : ` (${fixed(mean)} ± ${fixed(ci)})`;
  const test = p === null ? "" : `${breaks}(p = ${pythonFixed(p, 4)})${p > 0.05 ? "" : "*"}`;
  return `${fixed(score)}${spread}${test}`;
}

function asJson(
  systems: readonly string[],
  metrics: readonly string[],
  { results, options }: { readonly results: readonly (readonly Result[])[]; readonly options: SeveralOptions },
): string {
  const entries = systems.map((name, row) => {
    const values = metrics.map((metric, column) => {
      const result = results[column]?.[row] as Result;
      const value = options.test === null ? `"${pythonFixed(result.score, options.width)}"` : resultObject(result);
      return `        ${pythonAscii(metric)}: ${value}`;
    });
    return `    {\n        "system": ${pythonAscii(name)},\n${values.join(",\n")}\n    }`;
  });
  return `[\n${entries.join(",\n")}\n]\n`;
}

function resultObject({ score, p, mean, ci }: Result): string {
  const members = Object.entries({ score, p_value: p, mean, ci }).map(
    ([name, value]) => `            "${name}": ${value === null ? "null" : pythonFloat(value)}`,
  );
  return `{\n${members.join(",\n")}\n        }`;
}

function heading(text: string): string {
  const rule = "-".repeat(text.length);
  return `${rule}\n${text}\n${rule}`;
}

function explanation(baseline: string, test: PairedTest | null): string[] {
  if (test === null) return [];
  const title =
    test.kind === "bs"
      ? `Paired bootstrap resampling test with ${test.times} resampling trials`
      : `Paired approximate randomization test with ${test.times} trials`;
  return [
    heading(title),
    ` - Each system is compared with ${baseline}, segment by segment.`,
    " - p: how often a difference as large as this one, or larger, comes about by chance where the",
    "   systems are equally good. * marks p of at most 0.05, before any correction for several comparisons.",
    " - A small p says that there is a difference, not that it matters.",
    "",
  ];
}
