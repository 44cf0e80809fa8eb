// As drivers 470 to 590 print them: bare in XML, bracketed in CSV, a dash in tables.
const MISSING =
  /^\[?(?:n\/a|not supported|not active|requested functionality has been deprecated|unknown error|gpu is lost|insufficient permissions|err!|none|-|)\]?$/i;

/** A printed value; null for every way of saying that there is none. */
export function textValue(value: string | undefined): string | null {
  const text = (value ?? "").trim();
  return MISSING.test(text) ? null : text;
}

/** A printed number with or without its unit ("59 MiB", "688.41 W", "0x04"); null for none. */
export function numberValue(value: string | undefined): number | null {
  const text = textValue(value);
  if (text === null) return null;
  if (/^0x[\da-f]+$/i.test(text)) return Number(text);
  const number = /^([+-]?\d+(?:\.\d+)?)(?:\s*%|\s+[A-Za-z]+)?$/.exec(text)?.[1];
  return number === undefined ? null : Number(number);
}

/** "Enabled" or "Disabled". */
export function switchValue(value: string | undefined): boolean | null {
  const text = textValue(value)?.toLowerCase();
  return text === "enabled" ? true : text === "disabled" ? false : null;
}
