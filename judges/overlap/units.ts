/**
 * UTF-16 units of the texts of one segment, one behind the other. Reading them from a typed array, once copied, is
 * several times as fast as from strings, whose many inner forms each charCodeAt has to tell apart.
 */
export interface Units {
  data: Uint16Array;
  length: number;
}

export function emptyUnits(): Units {
  return { data: new Uint16Array(1024), length: 0 };
}

/** Copies a text behind the others. */
export function appendText(units: Units, text: string): void {
  const start = units.length;
  const length = text.length;
  if (start + length > units.data.length) {
    const grown = new Uint16Array(Math.max(start + length, 2 * units.data.length));
    grown.set(units.data);
    units.data = grown;
  }
  const data = units.data;
  for (let i = 0; i < length; i++) data[start + i] = text.charCodeAt(i);
  units.length = start + length;
}

/** The code point at `index`; a surrogate without its partner before `end` stands for itself. */
export function codePointAt(data: Uint16Array, index: number, end: number): number {
  const unit = data[index] as number;
  if ((unit & 0xfc00) !== 0xd800 || index + 1 >= end) return unit;
  const low = data[index + 1] as number;
  return (low & 0xfc00) === 0xdc00 ? 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff) : unit;
}
