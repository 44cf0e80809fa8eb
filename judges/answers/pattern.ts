import { EvalhError } from "../../src/core/errors.ts";
import { compileProgram, type Instruction } from "./pattern-program.ts";
import { type Assertion, type CharacterSet, parsePattern, type PatternNode } from "./pattern-syntax.ts";

/**
 * A compiled regular expression. Matching takes time proportional to the text: JavaScript's own engine can take
 * exponential time, and the texts are whatever a model wrote.
 */
export interface Pattern {
  /** True if the pattern matches somewhere. */
  test(text: string): boolean;
  /** The first match: its first group if the pattern has groups, else the whole match. Undefined if there is none. */
  find(text: string): string | undefined;
  /** The text without its matches. */
  remove(text: string): string;
}

export interface PatternOptions {
  readonly ignoreCase?: boolean;
  /** Match the whole text or nothing. */
  readonly whole?: boolean;
}

/** Start and end of the match, and of its first group; -1 where the group took no part. */
type Slots = readonly [start: number, end: number, groupStart: number, groupEnd: number];
const NO_SLOTS: Slots = [-1, -1, -1, -1];

/** Steps for one text; some seconds. Removing the matches of a strange pattern can take quadratic time. */
const MAX_STEPS = 3e7;

/** Instructions that wait for the next character, most preferred first, each with what it has captured. */
interface Threads {
  readonly at: Int32Array;
  readonly slots: Slots[];
  count: number;
}

const newThreads = (size: number): Threads => ({ at: new Int32Array(size), slots: [], count: 0 });

/** @throws EvalhError E_JUDGE with the place of the mistake */
export function compilePattern(source: string, options: PatternOptions = {}): Pattern {
  const parsed = parsePattern(source, options.ignoreCase === true);
  const root: PatternNode = options.whole === true ? anchored(parsed.root) : parsed.root;
  const search = searcher(compileProgram(root));
  return {
    test: (text) => search(text, 0, { steps: 0 }) !== undefined,
    find(text) {
      const match = search(text, 0, { steps: 0 });
      if (match === undefined) return undefined;
      return match[2] >= 0 && match[3] >= 0 ? text.slice(match[2], match[3]) : wholeOrGroup(text, match, parsed.groups);
    },
    remove(text) {
      const kept: string[] = [];
      const spent = { steps: 0 };
      let from = 0;
      for (let at = 0; at <= text.length; ) {
        const match = search(text, at, spent);
        if (match === undefined) break;
        kept.push(text.slice(from, match[0]));
        from = match[1];
        at = match[1] > match[0] ? match[1] : match[1] + 1;
      }
      return kept.join("") + text.slice(from);
    },
  };
}

function anchored(node: PatternNode): PatternNode {
  return { kind: "sequence", parts: [{ kind: "assertion", at: "start" }, node, { kind: "assertion", at: "end" }] };
}

/** A group that took no part in the match gives nothing to read. */
function wholeOrGroup(text: string, match: Slots, groups: number): string | undefined {
  return groups === 0 ? text.slice(match[0], match[1]) : undefined;
}

/** Finds the leftmost match from a position on; of several there, the one that a backtracking engine would find. */
function searcher(program: readonly Instruction[]): (text: string, from: number, spent: { steps: number }) => Slots | undefined {
  let current = newThreads(program.length);
  let next = newThreads(program.length);
  /** When each instruction was last reached; each is followed once a position. */
  const reached = new Float64Array(program.length);
  let clock = 0;
  const first = program.find((instruction) => instruction.kind !== "save");

  /** Follows steps that read nothing; recursion is as deep as a program is long at most. */
  const add = (threads: Threads, at: number, slots: Slots, text: string, position: number): void => {
    if (reached[at] === clock) return;
    reached[at] = clock;
    const instruction = program[at] as Instruction;
    if (instruction.kind === "jump") add(threads, instruction.to, slots, text, position);
    else if (instruction.kind === "split") {
      add(threads, instruction.first, slots, text, position);
      add(threads, instruction.second, slots, text, position);
    } else if (instruction.kind === "save") {
      add(threads, at + 1, slots.with(instruction.slot, position) as unknown as Slots, text, position);
    } else if (instruction.kind === "assertion") {
      if (HOLDS[instruction.at](text, position)) add(threads, at + 1, slots, text, position);
    } else {
      threads.slots[threads.count] = slots;
      threads.at[threads.count++] = at;
    }
  };
  /** Lets the threads of `current` read one character, into `next`. Returns the match of a thread that has one. */
  const read = (text: string, code: number | undefined, after: number): Slots | undefined => {
    for (let i = 0; i < current.count; i++) {
      const at = current.at[i] as number;
      const slots = current.slots[i] as Slots;
      const instruction = program[at] as Instruction;
      // The threads behind this one are less preferred.
      if (instruction.kind === "match") return slots;
      if (instruction.kind === "set" && code !== undefined && instruction.has(code)) add(next, at + 1, slots, text, after);
    }
    return undefined;
  };
  return (text, from, spent) => {
    let found: Slots | undefined;
    current.count = 0;
    clock++;
    for (let position = from; ; ) {
      if (found === undefined) {
        if (first?.kind === "set" && current.count === 0) position = nextOf(first.has, text, position);
        add(current, 0, NO_SLOTS, text, position);
      } else if (current.count === 0) return found;
      const code = text.codePointAt(position);
      const after = position + (code !== undefined && code > 0xffff ? 2 : 1);
      next.count = 0;
      clock++;
      spent.steps += current.count + 1;
      if (spent.steps > MAX_STEPS) throw new EvalhError("E_JUDGE", "Matching a regular expression takes too long.");
      found = read(text, code, after) ?? found;
      if (code === undefined) return found;
      [current, next] = [next, current];
      position = after;
    }
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

function isWord(text: string, index: number): boolean {
  return /\w/.test(text.charAt(index));
}

const HOLDS: Readonly<Record<Assertion, (text: string, position: number) => boolean>> = {
  start: (_, position) => position === 0,
  end: (text, position) => position === text.length,
  "line-start": (text, position) => position === 0 || text[position - 1] === "\n",
  "line-end": (text, position) => position === text.length || text[position] === "\n",
  "word-edge": (text, position) => isWord(text, position - 1) !== isWord(text, position),
  "no-word-edge": (text, position) => isWord(text, position - 1) === isWord(text, position),
};
