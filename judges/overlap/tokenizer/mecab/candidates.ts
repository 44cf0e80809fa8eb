import { visitPrefixes, wordsOf, type MecabDictionary, type WordRange } from "./dictionary.ts";

/** MeCab's limits to the bytes looked at for one word and to the characters of a group taken as one unknown word. */
const MAX_BYTES = 65_535;
const MAX_GROUP = 24;

const SPACE = 0x20;

/** Words that may stand at a place, without the white space before them. Places are bytes. */
export interface Candidate {
  readonly known: boolean;
  readonly words: WordRange;
  readonly start: number;
  readonly end: number;
}

/** Bytes of the UTF-8 character at `index`. */
function characterLength(byte: number): number {
  if (byte < 0xc0) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

/** The character at `index` as UCS-2; 0 for characters beyond the basic plane. */
function codeAt(bytes: Uint8Array, index: number): number {
  const [a, b, c] = [bytes[index] as number, bytes[index + 1] ?? 0, bytes[index + 2] ?? 0];
  if (a < 0xc0) return a;
  if (a < 0xe0) return ((a & 0x1f) << 6) | (b & 0x3f);
  return a < 0xf0 ? ((a & 0x0f) << 12) | ((b & 0x3f) << 6) | (c & 0x3f) : 0;
}

/** The categories of a character, unpacked. */
const kinds = (info: number): number => info & 0x3ffff;
const defaultKind = (info: number): number => (info >>> 18) & 0xff;
const unknownLength = (info: number): number => (info >>> 26) & 0xf;
const groups = (info: number): boolean => (info & (1 << 30)) !== 0;
const always = (info: number): boolean => info >>> 31 === 1;

/** Visits the candidates at a place in MeCab's order, which decides between equally good readings. */
export type VisitCandidates = (bytes: Uint8Array, position: number, visit: (candidate: Candidate) => void) => void;

/** A text and the categories of its characters. Nothing from `end` on is looked at. */
interface Text {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly codes: Uint32Array;
}

function infoAt({ bytes, codes }: Text, index: number): number {
  return codes[codeAt(bytes, index)] ?? 0;
}

/** Walks on from a character with the info `first` while each character shares a category with the one before it. */
function walk(text: Text, from: number, first: number): { readonly at: number; readonly walked: number } {
  let at = from;
  let walked = 0;
  let before = first;
  while (at < text.end) {
    const info = infoAt(text, at);
    if ((kinds(before) & kinds(info)) === 0) break;
    before = info;
    at += characterLength(text.bytes[at] as number);
    walked++;
  }
  return { at, walked };
}

/** Visits where an unknown word that begins at `start` may end: behind its group, and behind its first characters. */
function visitUnknownEnds(text: Text, start: number, visit: (end: number) => void): void {
  const info = infoAt(text, start);
  let at = start + characterLength(text.bytes[start] as number);
  let groupEnd = -1;
  if (groups(info)) {
    const group = walk(text, at, info);
    groupEnd = group.at;
    if (group.walked <= MAX_GROUP) visit(groupEnd);
  }
  for (let length = 1; length <= unknownLength(info) && at !== groupEnd; length++) {
    visit(at);
    if (at >= text.end || (kinds(info) & kinds(infoAt(text, at))) === 0) return;
    at += characterLength(text.bytes[at] as number);
  }
}

/**
 * Finds the words that may stand at a place, as MeCab does: those of the dictionary, and unknown words by the
 * categories of their characters, where there are no others or the category asks for them in any case.
 */
export function candidateFinder(dictionary: MecabDictionary): VisitCandidates {
  const { codes, names } = dictionary.categories;
  const unknown = names.map((name) => wordsOf(dictionary.unknown, name));
  return (bytes, position, visit) => {
    const end = Math.min(bytes.length, position + MAX_BYTES);
    const text = { bytes, end, codes };
    const start = walk(text, position, codes[SPACE] as number).at;
    if (start >= end) return;
    const info = infoAt(text, start);
    let found = false;
    visitPrefixes(dictionary.known, { bytes, start, end }, (length, words) => {
      found = true;
      visit({ known: true, words, start, end: start + length });
    });
    if (found && !always(info)) return;
    const words = unknown[defaultKind(info)] ?? { first: 0, count: 0 };
    const visitEnd = (wordEnd: number): void => {
      found = true;
      visit({ known: false, words, start, end: wordEnd });
    };
    visitUnknownEnds(text, start, visitEnd);
    if (!found) visitEnd(start + characterLength(bytes[start] as number));
  };
}
