/** Rows of keys from top to bottom, and how far each is moved to the right, in widths of a key. */
interface Layout {
  readonly rows: readonly (readonly [keys: string, shift: number])[];
  /** What the keys of the top row give with shift. */
  readonly shiftedDigits: string;
}

/** The letters and digits of three common keyboards. */
export const layouts = {
  en: {
    rows: [
      ["1234567890", 0],
      ["qwertyuiop", 0.5],
      ["asdfghjkl;", 0.75],
      ["zxcvbnm,./", 1.25],
    ],
    shiftedDigits: "!@#$%^&*()",
  },
  de: {
    rows: [
      ["1234567890", 0],
      ["qwertzuiopü", 0.5],
      ["asdfghjklöä", 0.75],
      ["yxcvbnm,.-", 1.25],
    ],
    shiftedDigits: '!"§$%&/()=',
  },
  fr: {
    rows: [
      ["&é\"'(-è_çà", 0],
      ["azertyuiop", 0.5],
      ["qsdfghjklm", 0.75],
      ["wxcvbn,;:!", 1.25],
    ],
    shiftedDigits: "1234567890",
  },
} as const satisfies Record<string, Layout>;

export type LayoutName = keyof typeof layouts;

/** Keys whose middles are nearer than this touch each other. */
const NEAR = 1.3;

interface Included {
  readonly special: boolean;
  readonly numeric: boolean;
  readonly shifted: boolean;
}

/** Letter or digit → what may be hit instead of it. */
export function keyNeighbours(name: LayoutName, included: Included): ReadonlyMap<string, readonly string[]> {
  const { rows, shiftedDigits }: Layout = layouts[name];
  const keys = rows.flatMap(([row, shift], y) =>
    Array.from(row).map((key, index) => ({
      key,
      x: index + shift,
      y,
      withShift: y === 0 ? (shiftedDigits[index] ?? key) : key.toUpperCase(),
    })),
  );
  const isWanted = (character: string): boolean => {
    if (/\p{N}/u.test(character)) return included.numeric;
    return /\p{L}/u.test(character) || included.special;
  };
  const neighbours = new Map<string, readonly string[]>();
  for (const { key, x, y } of keys) {
    const near = keys.filter((other) => other.key !== key && Math.hypot(other.x - x, other.y - y) < NEAR);
    const plain = near.map((other) => other.key).filter(isWanted);
    const shifted = near.map((other) => other.withShift).filter((each) => isWanted(each) && !plain.includes(each));
    const all = included.shifted ? [...plain, ...shifted] : plain;
    if (!/[\p{L}\p{N}]/u.test(key) || all.length === 0) continue;
    neighbours.set(key, all);
    const capital = key.toUpperCase();
    // A capital is hit with shift held down, and so is its neighbour.
    if (capital !== key) neighbours.set(capital, shifted.length > 0 ? shifted : all.map((each) => each.toUpperCase()));
  }
  return neighbours;
}
