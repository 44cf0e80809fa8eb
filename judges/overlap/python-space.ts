/**
 * True for the UTF-16 units that Python's str.split and str.strip take for white space. Unlike \s, these include
 * U+001C to U+001F and U+0085 and leave out U+FEFF. No character beyond the basic plane is white space.
 */
export function isPythonSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || (unit >= 0x1c && unit <= 0x1f);
  if (unit < 0x1680) return unit === 0x85 || unit === 0xa0;
  if (unit < 0x2000) return unit === 0x1680;
  if (unit <= 0x200a) return true;
  return unit === 0x2028 || unit === 0x2029 || unit === 0x202f || unit === 0x205f || unit === 0x3000;
}

/** The text without white space at its end, as Python's str.rstrip. */
export function trimPythonEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isPythonSpace(text.charCodeAt(end - 1))) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** The text without white space at either end, as Python's str.strip. */
export function trimPython(text: string): string {
  const trimmed = trimPythonEnd(text);
  let start = 0;
  while (start < trimmed.length && isPythonSpace(trimmed.charCodeAt(start))) start++;
  return trimmed.slice(start);
}

/** The text with single spaces for all white space and none at its ends, as Python's " ".join(text.split()). */
export function collapsePythonSpace(text: string): string {
  const words: string[] = [];
  let start = -1;
  for (let i = 0; i <= text.length; i++) {
    const word = i < text.length && !isPythonSpace(text.charCodeAt(i));
    if (word && start < 0) start = i;
    if (!word && start >= 0) {
      words.push(text.slice(start, i));
      start = -1;
    }
  }
  return words.join(" ");
}
