import { readLineBlocks } from "./lines.ts";
import type { RawRow } from "./reader.ts";
import { parseRow } from "./row-text.ts";

/** JSON Lines: one object a line; empty lines count for nothing. */
export async function* readJsonl(file: string): AsyncGenerator<readonly RawRow[]> {
  for await (const { first, lines } of readLineBlocks(file)) {
    const rows: RawRow[] = [];
    for (const [index, text] of lines.entries()) {
      if (text.length < 2 && text.trim() === "") continue;
      const line = first + index;
      if (text.trim() !== "") rows.push({ columns: parseRow(text, { file, line }), line });
    }
    yield rows;
  }
}
