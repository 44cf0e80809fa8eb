import { isUtf8 } from "node:buffer";

import { jsonElements } from "./json-elements.ts";
import { notUtf8, readBytes } from "./lines.ts";
import type { RawRow } from "./reader.ts";
import { parseRow } from "./row-text.ts";

/** A JSON file that is a list of objects, or an object with such a list under `data`; read as a stream. */
export async function* readJson(file: string): AsyncGenerator<readonly RawRow[]> {
  for await (const elements of jsonElements(readBytes(file), file)) {
    yield elements.map(({ text, line }) => {
      if (!isUtf8(text)) throw notUtf8(file, line);
      return { columns: parseRow(text.toString("utf8"), { file, line }), line };
    });
  }
}
