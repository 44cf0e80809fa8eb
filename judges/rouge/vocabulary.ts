import { withRoom } from "../overlap/room.ts";
import { stem } from "./porter.ts";

/** The tokens of one text as integers that are equal exactly where the tokens are. Arrays are longer than their use. */
export interface Tokens {
  ids: Int32Array;
  /** Number of tokens. */
  length: number;
  /** Where each line that holds tokens ends in `ids`. */
  ends: Int32Array;
  /** Number of lines that hold tokens. */
  lines: number;
}

export function emptyTokens(): Tokens {
  return { ids: new Int32Array(256), length: 0, ends: new Int32Array(16), lines: 0 };
}

/**
 * Words as integers from 0. Looking a word up needs neither a substring nor a Map: the caller writes its bytes behind
 * the last known word, where they stay only if the word is new. With Map and slice, this was most of ROUGE's time.
 */
interface WordTable {
  readonly size: number;
  /** Where in the bytes the next word is to be written. */
  readonly end: number;
  /** The bytes, with room for that many more. */
  reserve(length: number): Uint8Array;
  /** The id of the word just written. */
  intern(length: number, hash: number): number;
  text(id: number): string;
}

function wordTable(): WordTable {
  let bytes = new Uint8Array(1 << 16);
  /** Where each word starts; one entry more than there are words. */
  let starts: Int32Array = new Int32Array(1 << 12);
  let hashes: Int32Array = new Int32Array(1 << 12);
  let slots = new Int32Array(1 << 13).fill(-1);
  let size = 0;

  const equals = (id: number, length: number): boolean => {
    const start = starts[id] as number;
    const written = starts[size] as number;
    if ((starts[id + 1] as number) - start !== length) return false;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== bytes[written + i]) return false;
    return true;
  };
  const grow = (): void => {
    slots = new Int32Array(2 * slots.length).fill(-1);
    const mask = slots.length - 1;
    for (let id = 0; id < size; id++) {
      let slot = (hashes[id] as number) & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
  };
  return {
    get size() {
      return size;
    },
    get end() {
      return starts[size] as number;
    },
    reserve(length) {
      const needed = (starts[size] as number) + length;
      if (needed > bytes.length) {
        const grown = new Uint8Array(Math.max(needed, 2 * bytes.length));
        grown.set(bytes);
        bytes = grown;
      }
      return bytes;
    },
    intern(length, hash) {
      const mask = slots.length - 1;
      let slot = hash & mask;
      for (let id = slots[slot] as number; id !== -1; id = slots[slot] as number) {
        if (hashes[id] === hash && equals(id, length)) return id;
        slot = (slot + 1) & mask;
      }
      const id = size++;
      slots[slot] = id;
      hashes = withRoom(hashes, size);
      hashes[id] = hash;
      starts = withRoom(starts, size + 1);
      starts[size] = (starts[id] as number) + length;
      if (2 * size > slots.length) grow();
      return id;
    },
    text: (id) => new TextDecoder("latin1").decode(bytes.subarray(starts[id], starts[id + 1])),
  };
}

interface StemTable {
  /** The number of the stem of a word. */
  stemOf(word: number): number;
  text(id: number): string;
}

/** Words with the same stem get the same id. A word of up to three characters is its own stem, as in rouge_score. */
function stemTable(words: WordTable): StemTable {
  const ids = new Map<string, number>();
  const texts: string[] = [];
  let stems: Int32Array = new Int32Array(1 << 12);
  let known = 0;
  const idOf = (text: string): number => {
    const id = ids.get(text);
    if (id !== undefined) return id;
    ids.set(text, texts.length);
    return texts.push(text) - 1;
  };
  return {
    stemOf(word) {
      for (; known <= word; known++) {
        const text = words.text(known);
        stems = withRoom(stems, known + 1);
        stems[known] = idOf(text.length > 3 ? stem(text) : text);
      }
      return stems[word] as number;
    },
    text: (id) => texts[id] as string,
  };
}

const NEWLINE = 10;

/** ASCII letters and digits to their lowercase code, all else to 0. */
const LOWERCASE = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return /[a-zA-Z0-9]/.test(char) ? char.toLowerCase().charCodeAt(0) : 0;
});

/** The Kelvin sign and the dotted capital I are the letters beyond ASCII whose lowercase has an ASCII letter. */
function lowercase(code: number): number {
  if (code < 128) return LOWERCASE[code] as number;
  if (code === 0x212a) return 107;
  return code === 0x130 ? 105 : 0;
}

/** Beyond this a vocabulary is likelier random than language; keeping it would only cost memory. */
const MAX_WORDS = 1 << 18;
const MAX_BYTES = 1 << 24;

/** Turns texts into tokens. Ids of different texts may be compared until `forget`. */
export interface Vocabulary {
  tokenize(text: string, into: Tokens): void;
  /** The token with that id. */
  text(id: number): string;
  /** Number of distinct words known; ids are below it. */
  readonly size: number;
  /** Starts afresh if the vocabulary has grown beyond what is worth keeping. */
  forget(): void;
}

/**
 * The tokens of rouge_score 0.1.2: runs of ASCII letters and digits in lowercase, everything else separates. With
 * `stemmer`, words are the same token if their stems are.
 */
export function vocabulary(stemmer: boolean): Vocabulary {
  let words = wordTable();
  let stems = stemTable(words);

  const endLine = (into: Tokens): void => {
    if (into.length === (into.lines === 0 ? 0 : into.ends[into.lines - 1])) return;
    into.ends = withRoom(into.ends, into.lines + 1);
    into.ends[into.lines++] = into.length;
  };
  const endWord = (into: Tokens, length: number, hash: number): void => {
    const word = words.intern(length, hash ^ (hash >>> 15));
    into.ids = withRoom(into.ids, into.length + 1);
    into.ids[into.length++] = stemmer ? stems.stemOf(word) : word;
  };
  return {
    get size() {
      return words.size;
    },
    tokenize(text, into) {
      into.length = 0;
      into.lines = 0;
      const bytes = words.reserve(text.length);
      let start = words.end;
      let length = 0;
      let hash = 0;
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        const byte = lowercase(code);
        if (byte !== 0) {
          bytes[start + length++] = byte;
          hash = Math.imul(hash ^ byte, 0x01000193);
        }
        // The lowercase of the dotted capital I ends in a combining dot, which separates.
        if (length > 0 && (byte === 0 || code === 0x130)) {
          endWord(into, length, hash);
          start = words.end;
          length = 0;
          hash = 0;
        }
        if (code === NEWLINE) endLine(into);
      }
      if (length > 0) endWord(into, length, hash);
      endLine(into);
    },
    text: (id) => (stemmer ? stems.text(id) : words.text(id)),
    forget() {
      if (words.size <= MAX_WORDS && words.end <= MAX_BYTES) return;
      words = wordTable();
      stems = stemTable(words);
    },
  };
}
