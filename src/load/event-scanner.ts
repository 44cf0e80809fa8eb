/** What the events of a stream told. */
export interface ScanState {
  /** The stream said that it is over: `[DONE]` or a finish reason. */
  isOver: boolean;
  /** As the server counted; NaN where it did not. */
  promptTokens: number;
  outputTokens: number;
  /** The server's own words about an error in the midst of the stream; empty without one. */
  error: string;
}

/** Reads server-sent events as they come in. */
export interface EventScanner {
  /**
   * Takes bytes and returns how many events with text they completed.
   * @throws Error for a line that has no end
   */
  push(bytes: Buffer): number;
  /** What was told, once the stream has ended. */
  end(): ScanState;
  /** Makes it ready for the next answer. */
  reset(): void;
}

/** No token is told apart by more than this. */
const LONGEST_LINE = 1 << 20;
const NEWLINE = 0x0a;
/**
 * Text that is not empty, under the names that OpenAI's two APIs, vLLM and SGLang (reasoning), llama.cpp and TGI use.
 * Within a JSON string every quotation mark is escaped, so that generated text cannot look like this.
 */
const TEXT = /"(?:content|text|reasoning(?:_content)?)": ?"[^"]/g;
const ERROR = /"error": ?[{"]/;
const FINISHED = /"(?:finish|stop)_reason": ?"|"stop": ?true/;
const PROMPT_TOKENS = /"prompt_tokens": ?(\d+)/;
const OUTPUT_TOKENS = /"completion_tokens": ?(\d+)/;

/**
 * Scans as Latin-1, which costs no decoding: what is looked for is ASCII. A token costs one search and no text of its
 * own; counts and the end of a stream stand in its last events.
 */
export function createEventScanner(): EventScanner {
  let state: ScanState = fresh();
  let rest: Buffer | null = null;
  let last = "";
  /** Takes a line without text in it. */
  const readOther = (line: string): void => {
    if (!line.startsWith("data:")) return;
    if (line.startsWith("[DONE]", 5) || line.startsWith("[DONE]", 6)) {
      state.isOver = true;
      return;
    }
    last = line;
    if (line.includes('"usage"')) readUsage(line, state);
    if (FINISHED.test(line)) state.isOver = true;
    if (ERROR.test(line)) state.error ||= errorIn(line);
  };
  /** Takes whole lines. */
  const readLines = (text: string): number => {
    let texts = 0;
    let found = endOfText(text, 0);
    for (let start = 0, end = text.indexOf("\n"); end >= 0; start = end + 1, end = text.indexOf("\n", start)) {
      if (found > end) {
        if (end > start + 5) readOther(text.slice(start, end));
        continue;
      }
      if (text.startsWith("data:", start)) texts++;
      found = endOfText(text, end);
      // Only the last event is looked into.
      if (found === Infinity) last = text.slice(start, end);
    }
    return texts;
  };
  return {
    push(bytes) {
      const data = rest === null ? bytes : Buffer.concat([rest, bytes]);
      const whole = data.lastIndexOf(NEWLINE) + 1;
      rest = whole < data.length ? Buffer.from(data.subarray(whole)) : null;
      if (rest !== null && rest.length > LONGEST_LINE) throw new Error("an event is longer than 1 MB");
      return whole === 0 ? 0 : readLines(data.toString("latin1", 0, whole));
    },
    end() {
      // Some servers put the counts, or the reason for the end, into the last event with text.
      if (FINISHED.test(last)) state.isOver = true;
      if (Number.isNaN(state.outputTokens)) readUsage(last, state);
      return state;
    },
    reset() {
      state = fresh();
      rest = null;
      last = "";
    },
  };
}

/** Where the next text that is not empty begins, from a position on; infinite for none. */
function endOfText(text: string, from: number): number {
  TEXT.lastIndex = from;
  return TEXT.test(text) ? TEXT.lastIndex : Infinity;
}

function fresh(): ScanState {
  return { isOver: false, promptTokens: NaN, outputTokens: NaN, error: "" };
}

/** The counts in an event's text, or a whole answer's; what is missing stays unknown. */
export function readUsage(text: string, state: Pick<ScanState, "promptTokens" | "outputTokens">): void {
  const prompt = PROMPT_TOKENS.exec(text)?.[1];
  const output = OUTPUT_TOKENS.exec(text)?.[1];
  if (prompt !== undefined) state.promptTokens = Number(prompt);
  if (output !== undefined) state.outputTokens = Number(output);
}

function errorIn(line: string): string {
  try {
    const value = JSON.parse(Buffer.from(line.slice(5), "latin1").toString("utf8")) as {
      error?: { message?: unknown } | string;
    };
    const text = typeof value.error === "object" ? value.error.message : value.error;
    return typeof text === "string" && text !== "" ? text.slice(0, 200) : "unnamed";
  } catch {
    return "unnamed";
  }
}
