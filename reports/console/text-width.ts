/** Characters that take two columns: East Asian wide and fullwidth forms, emoji shown as pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;
/** Characters that take none: combining marks, variation selectors, joiners. */
const ZERO = /[\p{Mn}\p{Me}\p{Cf}]/u;
const PLAIN = /^[\u0020-\u007e]*$/u;

/** Columns that escaped text takes on a terminal (Unicode Standard Annex #11; ambiguous characters count as one). */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** The text cut in the middle to a number of columns: names differ at their ends. */
export function cutMiddle(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  const characters = Array.from(text);
  const tail = Math.floor((columns - 1) / 2);
  let end = "";
  for (let index = characters.length - 1; index >= 0; index--) {
    const longer = `${characters[index]}${end}`;
    if (textWidth(longer) > tail) break;
    end = longer;
  }
  const room = columns - 1 - textWidth(end);
  let start = "";
  for (const character of characters) {
    if (textWidth(start + character) > room) break;
    start += character;
  }
  return `${start}…${end}`;
}

/** Lines of at most `columns`, broken at spaces; a longer word stands alone on its line. */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ +/u)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** Parts side by side, as many a line as fit; no part is broken. */
export function wrapParts(
  parts: readonly string[],
  { separator, width }: { readonly separator: string; readonly width: number },
): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const longer = last === undefined ? part : `${last}${separator}${part}`;
    if (last === undefined || textWidth(longer) > width) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
