/** A number as people and models write it: with a sign, thousands separated by commas, decimals, an exponent. */
const NUMBER =
  /(?<!\w|\w\.)[-+\u2212]?(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|(?<![\w.])[-+\u2212]?\.\d+/g;

function parse(written: string): number {
  return Number(written.replaceAll(",", "").replace("\u2212", "-"));
}

/** The first or last number in a text. Undefined if there is none, or it is too large for a double. */
export function readNumber(text: string, which: "first" | "last"): number | undefined {
  let found: number | undefined;
  for (const [written] of text.matchAll(NUMBER)) {
    found = parse(written);
    if (which === "first") break;
  }
  return found !== undefined && Number.isFinite(found) ? found : undefined;
}
