import { StringDecoder } from "node:string_decoder";

// No logged row is this long; a file without line ends must not fill the memory.
const MAX_LINE = 1024 * 1024;

export interface LineSplitter {
  readonly push: (chunk: Buffer) => void;
  /** Delivers what follows the last line end, if anything. */
  readonly end: () => void;
  /** Number of the line being delivered, from 1. */
  readonly line: number;
  /** Lines left out for being longer than 1 MiB. */
  readonly skipped: number;
}

/** Splits bytes into lines at \n, \r\n and at single \r, by which progress bars overwrite themselves. */
export function splitLines(onLine: (line: string, complete: boolean) => void): LineSplitter {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let skipping = false;
  let line = 0;
  let skipped = 0;

  function deliver(text: string, complete: boolean): void {
    line++;
    if (skipping) {
      skipping = false;
      skipped++;
    } else {
      onLine(text, complete);
    }
  }

  function take(text: string): void {
    const pieces = (rest + text).split(/\r?\n|\r(?!$)/);
    rest = pieces.pop() as string;
    for (const piece of pieces) deliver(piece, true);
    if (rest.length > MAX_LINE) {
      rest = "";
      skipping = true;
    }
  }

  return {
    push: (chunk) => take(decoder.write(chunk)),
    end: () => {
      take(decoder.end());
      if (rest !== "" || skipping) deliver(rest.replace(/\r$/, ""), false);
      rest = "";
    },
    get line() {
      return line;
    },
    get skipped() {
      return skipped;
    },
  };
}
