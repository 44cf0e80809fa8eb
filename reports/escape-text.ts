/**
 * Characters that a reader cannot see or that act on the screen: C0 and C1 controls, line and paragraph separators,
 * bidirectional controls, zero-width and tag characters, byte-order marks, soft hyphens, lone surrogates.
 * Zero-width joiners stay: emoji and Indic scripts need them.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Surrogate}]/gu;

export interface EscapeTextOptions {
  /** Leave line feeds and tabs as they are, for places that show several lines. */
  readonly multiline?: boolean;
}

/**
 * Text that can be printed without acting on the terminal or misleading the eye: every control, bidirectional or
 * invisible character is replaced by a visible sign ("␛", "⟨U+202E⟩"). Everything printed from data passes through it.
 */
export function escapeText(text: string, { multiline = false }: EscapeTextOptions = {}): string {
  return text.replace(UNSAFE, (character) => {
    if (multiline && (character === "\n" || character === "\t")) return character;
    return visibleSign(character.codePointAt(0) ?? 0);
  });
}

/** The sign that stands for a code point: Unicode's control picture for C0 and DEL, otherwise its number. */
function visibleSign(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
