/** Cuts server-sent events out of the bytes of an answer. */
export interface EventReader {
  push(chunk: Uint8Array): void;
  /** Says that no more comes; an event without its empty line is dropped, as the specification asks. */
  end(): void;
}

/**
 * Reads `text/event-stream` (WHATWG HTML, 9.2.6): calls `onData` with the data of each event. Chunks may end anywhere, in
 * the midst of a character or between CR and LF. Names, ids and comments are skipped: no model server needs them.
 */
export function createEventReader(onData: (data: string) => void): EventReader {
  const decoder = new TextDecoder();
  let rest = "";
  let data: string | undefined;
  const line = (text: string): void => {
    if (text === "") {
      if (data !== undefined) onData(data);
      data = undefined;
      return;
    }
    if (!text.startsWith("data")) return;
    if (text.length > 4 && text[4] !== ":") return;
    const value = text.slice(text[5] === " " ? 6 : 5);
    data = data === undefined ? value : `${data}\n${value}`;
  };
  const cut = (): void => {
    for (;;) {
      const at = rest.search(/[\r\n]/);
      // A CR at the end may be half of a CRLF.
      if (at < 0 || (rest[at] === "\r" && at === rest.length - 1)) return;
      const next = rest[at] === "\r" && rest[at + 1] === "\n" ? at + 2 : at + 1;
      line(rest.slice(0, at));
      rest = rest.slice(next);
    }
  };
  return {
    push(chunk) {
      rest += decoder.decode(chunk, { stream: true });
      cut();
    },
    end() {
      rest += `${decoder.decode()}\n`;
      cut();
    },
  };
}
