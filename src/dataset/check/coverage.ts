import type { JsonValue } from "../../core/json.ts";
import type { Check, CheckedRow, Finding } from "./check.ts";

/** A column with more values is text or an identifier. */
const MOST_VALUES = 100;
/** A column whose values come fewer times than this on average is no category. */
const LEAST_AVERAGE = 3;
/** With fewer rows a value's score has an interval of more than ±30 points: it cannot be judged. */
const RARE = 10;
/** So many rare values are named. */
const MOST_NAMED = 12;
/** A value that this share of the rows has hides what happens to the others in every mean. */
const LOPSIDED = 0.8;

type Counts = Map<string, number>;

/** How the values of each column are spread, and what the training data lacks. */
export const coverage: Check = {
  summary: "balance of every column with few values; rare values, and values that the training data has no row of",
  create: () => {
    const evaluated = new Map<string, Counts>();
    const trained = new Map<string, Counts>();
    let of = 0;
    return {
      train: (row) => count(row, trained),
      inspect: (row) => {
        of++;
        count(row, evaluated);
      },
      finish: () => ({
        findings: [...evaluated].flatMap(([field, counts]) =>
          describe(field, { counts, of, trained: trained.get(field) }),
        ),
      }),
    };
  },
};

function count({ row }: CheckedRow, fields: Map<string, Counts>): void {
  for (const [field, value] of Object.entries(row.columns)) {
    const name = nameOf(value);
    if (name === null) continue;
    const counts = fields.get(field) ?? new Map<string, number>();
    fields.set(field, counts);
    // One beyond the limit is enough to know that the column is none.
    if (counts.size <= MOST_VALUES) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
}

function nameOf(value: JsonValue): string | null {
  if (value === null || value === "") return "(none)";
  return typeof value === "object" ? null : String(value);
}

function describe(
  field: string,
  { counts, of, trained }: { readonly counts: Counts; readonly of: number; readonly trained: Counts | undefined },
): Finding[] {
  if (counts.size < 2 || counts.size > MOST_VALUES || of < counts.size * LEAST_AVERAGE) return [];
  const common = { of, evidence: [], fix: null } as const;
  const ordered = [...counts].toSorted((a, b) => a[1] - b[1]);
  const named = (values: readonly (readonly [string, number])[]): string => {
    const more = values.length > MOST_NAMED ? `, and ${values.length - MOST_NAMED} more` : "";
    return (
      values
        .slice(0, MOST_NAMED)
        .map(([value, n]) => `${value} (${n})`)
        .join(", ") + more
    );
  };
  const findings: Finding[] = [];
  const rare = ordered.filter(([, n]) => n < RARE);
  if (rare.length > 0) {
    const rows = rare.reduce((sum, [, n]) => sum + n, 0);
    const message = `rows have a value of ${field} that fewer than ${RARE} rows have: ${named(rare)}`;
    findings.push({ ...common, level: "note", message, count: rows });
  }
  const [largest = "", most = 0] = ordered.at(-1) ?? [];
  if (most > LOPSIDED * of) {
    const message = `rows have ${field} = ${largest}: the other values hardly count in a mean`;
    findings.push({ ...common, level: "note", message, count: most });
  }
  const unseen =
    trained === undefined || trained.size > MOST_VALUES ? [] : ordered.filter(([value]) => !trained.has(value));
  if (unseen.length > 0) {
    const rows = unseen.reduce((sum, [, n]) => sum + n, 0);
    const message = `rows have a value of ${field} that the training data has no row of: ${named(unseen)}`;
    findings.push({ ...common, level: "problem", message, count: rows });
  }
  return findings;
}
