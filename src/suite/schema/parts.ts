/** A JSON schema. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

/** Names become parts of metric keys and file names. */
const NAME = "^[A-Za-z0-9][A-Za-z0-9_.-]*$";

/** Base URL of a server. */
export const URL_PATTERN = "^https?://[^\\s]+$";

/** A column and one of its values. */
export const SLICE_PATTERN = "^[^=]+=.+$";

/** A share of something else, such as "10%". */
export const PERCENT_PATTERN = String.raw`^\d+(\.\d+)?\s*%$`;

/** The beginning of a hash. */
export const REVISION_PATTERN = "^[0-9a-f]{7,64}$";

/** What each pattern asks, in words that follow "must". */
export const patternTexts: Readonly<Record<string, string>> = {
  [NAME]: 'begin with a letter or digit and hold only letters, digits, ".", "_" and "-"',
  [URL_PATTERN]: "begin with http:// or https:// and hold no spaces",
  [SLICE_PATTERN]: "be column=value",
  [PERCENT_PATTERN]: 'be a number, or percent as in "10%"',
  [REVISION_PATTERN]: "be 7 to 64 hexadecimal digits",
};

/** A name that stands in metric keys and file names. */
export function named(description: string): Schema {
  return { type: "string", pattern: NAME, maxLength: 100, description };
}

/** Text that is not empty. */
export function text(description: string): Schema {
  return { type: "string", minLength: 1, description };
}

/** A list of different texts. */
export function texts(description: string, extra: Schema = {}): Schema {
  return { type: "array", items: { type: "string", minLength: 1 }, uniqueItems: true, description, ...extra };
}

/** One of the words, the first by default. */
export function oneOf(words: readonly string[], description: string): Schema {
  return { type: "string", enum: words, default: words[0], description };
}
