import { EvalhError } from "../../src/core/errors.ts";
import type { Instruction } from "./pattern-program.ts";
import type { Assertion, CharacterSet } from "./pattern-syntax.ts";

/** Start and end of the match, and of its first group; -1 where the group took no part. */
export type Slots = readonly [start: number, end: number, groupStart: number, groupEnd: number];

const NO_SLOTS: Slots = [-1, -1, -1, -1];

/** Steps for one text; some seconds. Removing the matches of a strange pattern can take quadratic time. */
const MAX_STEPS = 5e7;

/** Steps already spent on a text, over several searches. */
interface Spent {
  steps: number;
}

/** Finds the leftmost match from a position on; of several there, the one that a backtracking engine would find. */
export type Search = (text: string, from: number, spent: Spent) => Slots | undefined;

/** Instructions that wait for the next character, most preferred first, each with what it has captured. */
interface Threads {
  readonly at: Int32Array;
  readonly slots: Slots[];
  count: number;
}

/** Where a search is in its text. */
interface Place {
  readonly text: string;
  position: number;
  /** A number of its own for each position: an instruction is followed once at each. */
  clock: number;
}

/** Follows an instruction to those that read a character or match. */
type Follow = (threads: Threads, at: number, slots: Slots, place: Place) => void;

function follower(program: readonly Instruction[], spent: Spent): Follow {
  const reached = new Float64Array(program.length);
  // Recursion is at most as deep as the program is long, which its compiler limits.
  const follow: Follow = (threads, at, slots, place) => {
    if (reached[at] === place.clock) return;
    reached[at] = place.clock;
    spent.steps++;
    const instruction = program[at] as Instruction;
    if (instruction.kind === "jump") follow(threads, instruction.to, slots, place);
    else if (instruction.kind === "split") {
      follow(threads, instruction.first, slots, place);
      follow(threads, instruction.second, slots, place);
    } else if (instruction.kind === "save") {
      follow(threads, at + 1, slots.with(instruction.slot, place.position) as unknown as Slots, place);
    } else if (instruction.kind === "assertion") {
      if (HOLDS[instruction.at](place.text, place.position)) follow(threads, at + 1, slots, place);
    } else {
      threads.slots[threads.count] = slots;
      threads.at[threads.count++] = at;
    }
  };
  return follow;
}

/** A search with the program's own memory; not reentrant. */
export function searcher(program: readonly Instruction[]): Search {
  const threads = (): Threads => ({ at: new Int32Array(program.length), slots: [], count: 0 });
  const total: Spent = { steps: 0 };
  const follow = follower(program, total);
  const first = program.find((instruction) => instruction.kind !== "save");
  let current = threads();
  let next = threads();
  let clock = 0;

  /** Lets the current threads read a character. Returns the match of the first of them that is at its end. */
  const read = (code: number | undefined, place: Place): Slots | undefined => {
    for (let i = 0; i < current.count; i++) {
      const at = current.at[i] as number;
      const slots = current.slots[i] as Slots;
      const instruction = program[at] as Instruction;
      // The threads behind this one are less preferred.
      if (instruction.kind === "match") return slots;
      if (instruction.kind === "set" && code !== undefined && instruction.has(code)) follow(next, at + 1, slots, place);
    }
    return undefined;
  };
  return (text, from, spent) => {
    const place: Place = { text, position: from, clock: ++clock };
    let found: Slots | undefined;
    current.count = 0;
    total.steps = spent.steps;
    while (found === undefined || current.count > 0) {
      if (found === undefined) {
        if (first?.kind === "set" && current.count === 0) place.position = nextOf(first.has, text, place.position);
        follow(current, 0, NO_SLOTS, place);
      }
      const code = text.codePointAt(place.position);
      place.position += code !== undefined && code > 0xffff ? 2 : 1;
      place.clock = ++clock;
      next.count = 0;
      found = read(code, place) ?? found;
      if (code === undefined) break;
      if (total.steps > MAX_STEPS) throw new EvalhError("E_JUDGE", "Matching a regular expression takes too long.");
      [current, next] = [next, current];
    }
    spent.steps = total.steps + place.position - from;
    return found;
  };
}

/** The first position from `from` on whose character is in the set; the text's end if there is none. */
function nextOf(has: CharacterSet, text: string, from: number): number {
  let position = from;
  for (let code = text.codePointAt(position); code !== undefined && !has(code); code = text.codePointAt(position)) {
    position += code > 0xffff ? 2 : 1;
  }
  return position;
}

const HOLDS: Readonly<Record<Assertion, (text: string, position: number) => boolean>> = {
  start: (_, position) => position === 0,
  end: (text, position) => position === text.length,
  "line-start": (text, position) => position === 0 || text[position - 1] === "\n",
  "line-end": (text, position) => position === text.length || text[position] === "\n",
  "word-edge": (text, position) => isWord(text, position - 1) !== isWord(text, position),
  "no-word-edge": (text, position) => isWord(text, position - 1) === isWord(text, position),
};

function isWord(text: string, index: number): boolean {
  return /\w/.test(text.charAt(index));
}
