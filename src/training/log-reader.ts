/** Where a parser delivers what it reads, in the order of the file. */
export interface ScalarSink {
  /** One logged value. Steps may go back: a resumed run repeats them. */
  readonly scalar: (step: number, name: string, value: number) => void;
  /** Something cut, replaced or guessed, in words for the user. */
  readonly warn: (message: string) => void;
}

/** Reads one file piece by piece, so that a growing file costs only its growth. */
export interface LogParser {
  readonly push: (chunk: Buffer) => void;
  /** No more bytes will come. What is then unfinished was cut off. */
  readonly end: () => void;
}

/** What is known of a file before it is read. */
export interface LogHead {
  /** Name without folders. */
  readonly name: string;
  /** Its first 4096 bytes, or all if it has fewer. */
  readonly head: Buffer;
}

/** One log format. */
export interface LogReader {
  /** Names, without folders, worth opening when a whole folder is searched. */
  readonly names: RegExp;
  readonly understands: (file: LogHead) => boolean;
  /** @param file path for messages */
  readonly open: (sink: ScalarSink, file: string) => LogParser;
  /**
   * Which of the fitting files of a folder belong to the log, in the order they were written. Paths are relative to
   * the folder, with forward slashes, in natural order. Without it, all of the last one's folder are read.
   */
  readonly choose?: (files: readonly string[]) => readonly string[];
  /** True where a file is written anew each time, so that only the one that got furthest counts. */
  readonly snapshots?: boolean;
}
