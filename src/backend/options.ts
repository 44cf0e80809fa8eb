/** Reads backend options, which a schema has already checked, without casts. */
export interface OptionReader {
  string(name: string): string | undefined;
  number(name: string): number | undefined;
  boolean(name: string): boolean | undefined;
}

/** Typed access to an options object; values of another type count as absent. */
export function readOptions(options: Readonly<Record<string, unknown>>): OptionReader {
  return {
    string: (name) => (typeof options[name] === "string" ? options[name] : undefined),
    number: (name) => (typeof options[name] === "number" ? options[name] : undefined),
    boolean: (name) => (typeof options[name] === "boolean" ? options[name] : undefined),
  };
}
