import { datasetError } from "./reader.ts";

/** One element of a JSON array, as text. */
export interface JsonElement {
  readonly text: Buffer;
  /** Line on which it begins, from 1. */
  readonly line: number;
}

/** A longer element is no row; the reader must not hold it. */
const MAX_ELEMENT = 64 << 20;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

interface Scan {
  readonly file: string;
  line: number;
  depth: number;
  inString: boolean;
  escaped: boolean;
  /** Where the array is: not found yet, being read at this depth, or read. */
  array: "ahead" | number | "behind";
  /** The last text directly inside the outer object, which may be the key `data`. */
  word: string;
  isDataNext: boolean;
  /** Offset in the chunk at which the current element begins; -1 before it, 0 if it began in an earlier chunk. */
  start: number;
  startLine: number;
  held: Buffer[];
  heldBytes: number;
  /** True after a comma, when an element must follow. */
  isOwed: boolean;
}

/**
 * Cuts the elements out of a JSON text that is an array, or an object whose `data` is one, chunk by chunk. It looks at
 * brackets and strings only; whoever parses the elements finds what is wrong inside them.
 * @throws EvalhError E_DATASET where the outer structure is broken
 */
export async function* jsonElements(chunks: AsyncIterable<Buffer>, file: string): AsyncGenerator<JsonElement[]> {
  const scan: Scan = {
    file,
    line: 1,
    depth: 0,
    inString: false,
    escaped: false,
    array: "ahead",
    word: "",
    isDataNext: false,
    start: -1,
    startLine: 1,
    held: [],
    heldBytes: 0,
    isOwed: false,
  };
  for await (const chunk of chunks) yield scanChunk(scan, chunk);
  if (scan.depth > 0 || scan.inString) throw fault(scan, "the file ends in the middle of the JSON");
  if (scan.array === "ahead")
    throw fault(scan, "the file has no list of rows", 'it must be [row, …] or {"data": [row, …]}');
}

function scanChunk(scan: Scan, chunk: Buffer): JsonElement[] {
  const elements: JsonElement[] = [];
  for (let at = 0; at < chunk.length; at++) {
    const byte = chunk[at] as number;
    if (byte === 0x0a) scan.line++;
    if (scan.inString) {
      inString(scan, byte);
    } else if (byte > 0x20) {
      const element = structure(scan, chunk, at);
      if (element !== null) elements.push(element);
    }
  }
  hold(scan, chunk);
  return elements;
}

/** Keeps the part of an element that lies in this chunk. */
function hold(scan: Scan, chunk: Buffer): void {
  if (scan.start < 0) return;
  scan.held.push(chunk.subarray(scan.start));
  scan.heldBytes += chunk.length - scan.start;
  scan.start = 0;
  if (scan.heldBytes > MAX_ELEMENT) {
    throw datasetError("a row is longer than 64 MB", { file: scan.file, line: scan.startLine });
  }
}

function inString(scan: Scan, byte: number): void {
  if (scan.escaped) scan.escaped = false;
  else if (byte === BACKSLASH) scan.escaped = true;
  else if (byte === QUOTE) scan.inString = false;
  else if (scan.depth === 1 && scan.array === "ahead" && scan.word.length < 8) scan.word += String.fromCharCode(byte);
}

/** Takes in one byte outside of strings and white space. */
function structure(scan: Scan, chunk: Buffer, at: number): JsonElement | null {
  const byte = chunk[at] as number;
  if (scan.depth === 0) return outermost(scan, byte);
  if (scan.depth === scan.array) {
    if (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT) return endElement(scan, chunk, at);
    beginElement(scan, at);
  }
  if (byte === QUOTE) beginString(scan);
  else if (byte === OPEN_LIST || byte === OPEN_OBJECT) open(scan, byte);
  else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) scan.depth--;
  else if (scan.depth === 1 && byte === COLON) scan.isDataNext = scan.word === "data";
  else if (scan.depth === 1 && byte === COMMA) scan.isDataNext = false;
  return null;
}

function outermost(scan: Scan, byte: number): null {
  const isOpening = byte === OPEN_LIST || byte === OPEN_OBJECT;
  if (scan.word !== "" || scan.array !== "ahead") {
    throw fault(scan, "something follows the end of the JSON", "one object a line is `format: jsonl`");
  }
  if (!isOpening) throw fault(scan, "the file is not JSON: it must begin with [ or {");
  scan.isDataNext = byte === OPEN_LIST;
  open(scan, byte);
  return null;
}

function open(scan: Scan, byte: number): void {
  scan.depth++;
  if (scan.array !== "ahead" || !scan.isDataNext || byte !== OPEN_LIST || scan.depth > 2) return;
  scan.array = scan.depth;
}

function beginString(scan: Scan): void {
  scan.inString = true;
  if (scan.depth === 1 && !scan.isDataNext) scan.word = "";
}

function beginElement(scan: Scan, at: number): void {
  if (scan.start >= 0) return;
  scan.start = at;
  scan.startLine = scan.line;
}

/** At a comma or closing bracket of the array itself. */
function endElement(scan: Scan, chunk: Buffer, at: number): JsonElement | null {
  const byte = chunk[at] as number;
  const isMissing = scan.start < 0 && scan.held.length === 0;
  if (isMissing && (byte === COMMA || scan.isOwed)) throw fault(scan, "a row is missing beside a comma");
  if (byte === CLOSE_OBJECT) throw fault(scan, "the list is closed with } instead of ]");
  scan.isOwed = byte === COMMA;
  if (byte === CLOSE_LIST) {
    scan.depth--;
    scan.array = "behind";
  }
  if (isMissing) return null;
  const text = Buffer.concat([...scan.held, chunk.subarray(scan.start, at)]);
  scan.start = -1;
  scan.held = [];
  scan.heldBytes = 0;
  return { text, line: scan.startLine };
}

function fault(scan: Scan, message: string, hint?: string): Error {
  return datasetError(message, { file: scan.file, line: scan.line }, hint);
}
