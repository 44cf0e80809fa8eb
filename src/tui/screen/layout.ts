import type { Size } from "../view/line.ts";

/** Rows that header and footer take. */
const CHROME = 2;

/** Smaller terminals are told so instead of being drawn on. */
export const SMALLEST: Size = { width: 60, height: 12 };

/** What is left of the terminal for a screen. */
export function bodySize({ columns, rows }: { readonly columns: number; readonly rows: number }): Size {
  return { width: columns, height: rows - CHROME };
}
