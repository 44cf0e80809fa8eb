/** Scripts told apart. Kana and Han together are Japanese. */
export type Script = string;

/**
 * Ranges of the basic plane by their first unit, ascending; null ends one. They hold a script's marks and digits too:
 * what matters is which script most of a text is in. High surrogates D840 to D888 begin the ideographs of planes 2 and 3.
 */
const RANGES: readonly (readonly [start: number, script: Script | null])[] = [
  [0x00c0, "Latin"],
  [0x0250, null],
  [0x0370, "Greek"],
  [0x0400, "Cyrillic"],
  [0x0530, "Armenian"],
  [0x0590, "Hebrew"],
  [0x0600, "Arabic"],
  [0x0700, "Syriac"],
  [0x0750, "Arabic"],
  [0x0780, "Thaana"],
  [0x07c0, null],
  [0x08a0, "Arabic"],
  [0x0900, "Devanagari"],
  [0x0980, "Bengali"],
  [0x0a00, "Gurmukhi"],
  [0x0a80, "Gujarati"],
  [0x0b00, "Odia"],
  [0x0b80, "Tamil"],
  [0x0c00, "Telugu"],
  [0x0c80, "Kannada"],
  [0x0d00, "Malayalam"],
  [0x0d80, "Sinhala"],
  [0x0e00, "Thai"],
  [0x0e80, "Lao"],
  [0x0f00, "Tibetan"],
  [0x1000, "Myanmar"],
  [0x10a0, "Georgian"],
  [0x1100, "Hangul"],
  [0x1200, "Ethiopic"],
  [0x1380, null],
  [0x1780, "Khmer"],
  [0x1800, "Mongolian"],
  [0x18b0, null],
  [0x1e00, "Latin"],
  [0x1f00, "Greek"],
  [0x2000, null],
  [0x3040, "Kana"],
  [0x3100, null],
  [0x3131, "Hangul"],
  [0x3190, null],
  [0x3400, "Han"],
  [0x4dc0, null],
  [0x4e00, "Han"],
  [0xa000, null],
  [0xac00, "Hangul"],
  [0xd7b0, null],
  [0xd840, "Han"],
  [0xd889, null],
  [0xf900, "Han"],
  [0xfb00, null],
  [0xfb50, "Arabic"],
  [0xfe00, null],
  [0xfe70, "Arabic"],
  [0xff00, null],
  [0xff66, "Kana"],
  [0xffa0, null],
];

/** The beginning tells. */
const SAMPLE = 400;
/** Fewer letters may be a name, a unit or a code in any language. */
const FEWEST_LETTERS = 4;
/** So many ideographs without a single kana are no Japanese. */
const HAN_ONLY = 20;

const STARTS = Uint16Array.from(RANGES, ([start]) => start);

/** Position in RANGES of a unit from 0xC0 on. */
function rangeOf(unit: number): number {
  let low = 0;
  let high = STARTS.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((STARTS[middle] as number) <= unit) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Letters {
  readonly script: Script;
  readonly count: number;
}

/** The script that most letters at a text's beginning are in; null where there are too few letters or no majority. */
export function dominantScript(text: string): Letters | null {
  let ascii = 0;
  // Most texts have none but ASCII letters.
  let others: Uint16Array | null = null;
  let all = 0;
  const length = Math.min(text.length, SAMPLE);
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    const folded = unit | 0x20;
    if (folded >= 0x61 && folded <= 0x7a) ascii++;
    else if (unit >= 0xc0) {
      const range = rangeOf(unit);
      if (RANGES[range]?.[1] == null) continue;
      others ??= new Uint16Array(RANGES.length);
      others[range] = (others[range] as number) + 1;
      all++;
    }
  }
  all += ascii;
  if (all < FEWEST_LETTERS) return null;
  if (others === null || ascii > all / 2) return { script: "Latin", count: ascii };
  for (const [script, count] of countsByScript(others, ascii)) if (count > all / 2) return { script, count };
  return null;
}

function countsByScript(ranges: Uint16Array, ascii: number): Map<Script, number> {
  const counts = new Map<Script, number>([["Latin", ascii]]);
  for (const [range, count] of ranges.entries()) {
    const script = RANGES[range]?.[1];
    if (count > 0 && script != null) counts.set(script, (counts.get(script) ?? 0) + count);
  }
  const kana = counts.get("Kana");
  if (kana !== undefined) {
    counts.set("Japanese", kana + (counts.get("Han") ?? 0));
    counts.delete("Han");
    counts.delete("Kana");
  }
  return counts;
}

/** True if a text is in another script than all of its references, so far as their scripts can be told. */
export function isOtherScript(text: string, references: readonly string[]): boolean {
  if (references.length === 0) return false;
  const own = dominantScript(text);
  if (own === null) return false;
  const others = references.map(dominantScript).filter((other) => other !== null);
  return others.length > 0 && others.every((other) => !areAlike(own, other));
}

function areAlike(own: Letters, other: Letters): boolean {
  if (own.script === other.script) return true;
  // A short Japanese text may have no kana.
  const pair = [own, other].toSorted((a, b) => (a.script < b.script ? -1 : 1));
  return pair[0]?.script === "Han" && pair[1]?.script === "Japanese" && pair[0].count < HAN_ONLY;
}
