import type { JsonObject, JsonValue } from "../core/json.ts";

const PAIR = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*:\s*/y;
const VALUE = /(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,{}[\]()]+))\s*/y;

/**
 * The flat dictionary that a line of Python's output shows, for example `{'loss': '3.376', 'step': 20, 'x': nan}`.
 * Values stay text, which is what newer trainers print; nested values end the reading. Null if the line shows none.
 */
export function parsePythonDict(line: string): JsonObject | null {
  const start = line.indexOf("{");
  if (start < 0) return null;
  const row: Record<string, JsonValue> = {};
  let at = start + 1;
  for (;;) {
    PAIR.lastIndex = at;
    const key = PAIR.exec(line);
    if (key === null) return null;
    VALUE.lastIndex = PAIR.lastIndex;
    const value = VALUE.exec(line);
    if (value === null) return null;
    row[(key[1] ?? key[2]) as string] = (value[1] ?? value[2] ?? value[3]) as string;
    at = VALUE.lastIndex;
    if (line[at] === "}") return row;
    if (line[at] !== ",") return null;
    at++;
  }
}
