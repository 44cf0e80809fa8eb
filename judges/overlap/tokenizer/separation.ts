import { pushSpan, type Spans } from "../spans.ts";
import { codePointAt } from "../units.ts";

/** How a character behaves when text is cut into tokens. 0 in a table means: not looked at yet. */
export const CharacterClass = {
  /** Separates tokens and is none. */
  space: 1,
  /** Always a token of its own. */
  symbol: 2,
  /** A token of its own unless it stands between digits. */
  point: 3,
  digit: 4,
  /** A token of its own behind a digit. */
  dash: 5,
  /** Part of a word. */
  letter: 6,
} as const;

const { space, symbol, point, digit, dash } = CharacterClass;

export interface SeparationRules {
  /** The class of a code point. */
  readonly classify: (codePoint: number) => number;
  /** True if the reference puts a space around the text first: its ends then count as white space, else as digits. */
  readonly padded: boolean;
}

export type Scan = (units: Uint16Array, start: number, end: number, into: Spans) => void;

/**
 * Cuts text as the reference's four substitutions do, in one pass: (1) symbols; (2) points behind anything but a digit;
 * (3) points before anything but a digit; (4) dashes behind a digit. A substitution consumes the neighbour it looked
 * at, which makes points in a row depend on the parity of their place: behind a letter the 1st, 3rd, … are cut off on
 * both sides by (2), behind a digit the 2nd, 4th, …; the last of a row therefore sticks to a following digit exactly
 * where `run`, the place counted from 1 behind a letter and from 2 behind a digit, is even.
 */
export function separation({ classify, padded }: SeparationRules): Scan {
  const classes = new Uint8Array(0x110000);
  const edge = padded ? space : digit;
  const learn = (codePoint: number): number => (classes[codePoint] = classify(codePoint));
  const classAt = (units: Uint16Array, index: number, end: number): number => {
    const code = codePointAt(units, index, end);
    return classes[code] || learn(code);
  };

  return (units, start, end, into) => {
    let token = -1;
    let before: number = edge;
    let run = 0;
    let next = start;
    for (let i = start; i < end; i = next) {
      const code = codePointAt(units, i, end);
      const kind = classes[code] || learn(code);
      next = i + (code > 0xffff ? 2 : 1);
      let alone = kind === symbol || (kind === dash && before === digit && token >= 0);
      let cut = alone || kind === space;
      if (kind === point) {
        run = before === point ? run + 1 : before === digit ? 2 : 1;
        const after = next < end ? classAt(units, next, end) : edge;
        alone = after !== digit || run % 2 === 1;
        cut = alone || before !== digit;
      }
      before = kind;
      if (cut && token >= 0) {
        pushSpan(into, token, i);
        token = -1;
      }
      if (alone) pushSpan(into, i, next);
      else if (token < 0 && kind !== space) token = i;
    }
    if (token >= 0) pushSpan(into, token, end);
  };
}
