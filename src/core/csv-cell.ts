/** What spreadsheets take for the beginning of a formula, also behind quotes that an earlier pass has put there. */
const FORMULA = /^'*[=+\-@\t\r]/u;

/** Text that a spreadsheet shows instead of calculating: a quote is put before it. Undone by `restoreCell`. */
export function neutraliseCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** The text that `neutraliseCell` was given. */
export function restoreCell(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;
}

/** A CSV field (RFC 4180): text neutralised and quoted where it must be, numbers as they are, null as nothing. */
function csvField(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const safe = neutraliseCell(value);
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A CSV record with its line end. */
export function csvRecord(values: readonly (string | number | boolean | null)[]): string {
  return `${values.map(csvField).join(",")}\r\n`;
}
