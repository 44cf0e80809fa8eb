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
  /** A token of its own behind a digit. */
  dash: 4,
  /** Part of a word. */
  letter: 5,
  digit: 6,
} as const;

const { space, symbol, point, dash, digit } = CharacterClass;

/** What lies beyond a text that gets no space around it. To points it is like a digit; the highest class. */
const EDGE = 7;

/** What a character does to the token it is met in. */
const Action = {
  /** Goes on with the token, or begins one. */
  join: 0,
  /** Ends the token and begins another. */
  begin: 1,
  /** Ends the token and is one of its own. */
  alone: 2,
  /** Ends the token. */
  skip: 3,
} as const;

export interface SeparationRules {
  /** The class of a code point. */
  readonly classify: (codePoint: number) => number;
  /** True if the reference puts a space around the text before it cuts. */
  readonly padded: boolean;
}

/** Finds the tokens of the units from `start` to before `end`. */
export type Scan = (units: Uint16Array, start: number, end: number, into: Spans) => void;

/** What a space, symbol, point or dash does behind a character of the class `before`. `run` counts for points. */
function actionOf(kind: number, before: number, run: number): number {
  if (kind === space) return Action.skip;
  if (kind === symbol) return Action.alone;
  if (kind === dash) return before === digit ? Action.alone : Action.join;
  if (run % 2 === 1) return Action.alone;
  return before >= digit ? Action.join : Action.begin;
}

/**
 * Cuts text as the reference's four substitutions do, in one pass: (1) symbols; (2) points behind anything but a digit;
 * (3) points before anything but a digit; (4) dashes behind a digit. A substitution consumes the neighbour it looked
 * at, which makes points in a row depend on the parity of their place: behind a letter the 1st, 3rd, … are cut off on
 * both sides by (2), behind a digit the 2nd, 4th, …; the last of a row therefore sticks to a following digit exactly
 * where `run`, the place counted from 1 behind a letter and from 2 behind a digit, is even.
 */
export function separation({ classify, padded }: SeparationRules): Scan {
  const classes = new Uint8Array(0x110000);
  const edge = padded ? space : EDGE;
  const classOf = (code: number): number => classes[code] || (classes[code] = classify(code));

  return (units, start, end, into) => {
    let token = -1;
    let before: number = edge;
    let run = 0;
    let next = start;
    for (let i = start; i < end; i = next) {
      const code = codePointAt(units, i, end);
      const kind = classOf(code);
      next = i + (code > 0xffff ? 2 : 1);
      let action: number = Action.join;
      if (kind === point) {
        run = before === point ? run + 1 : before >= digit ? 2 : 1;
        const after = next < end ? classOf(codePointAt(units, next, end)) : edge;
        action = after >= digit ? actionOf(kind, before, run) : Action.alone;
      } else if (kind <= dash) action = actionOf(kind, before, 0);
      before = kind;
      if (action !== Action.join && token >= 0) {
        pushSpan(into, token, i);
        token = -1;
      }
      if (action === Action.alone) pushSpan(into, i, next);
      else if (token < 0 && action !== Action.skip) token = i;
    }
    if (token >= 0) pushSpan(into, token, end);
  };
}
