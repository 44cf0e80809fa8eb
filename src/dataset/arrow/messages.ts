import type { FileHandle } from "node:fs/promises";

import { rootTable, type FlatTable } from "./flatbuffer.ts";

/** Kinds of Arrow IPC messages (`MessageHeader` in Arrow's Message.fbs). */
export const MessageKind = { schema: 1, dictionary: 2, batch: 3 } as const;

/** One encapsulated message of an Arrow stream (`Message` in Message.fbs). */
export interface ArrowMessage {
  readonly kind: number;
  readonly header: FlatTable;
  readonly body: Buffer;
}

/** Metadata are a few kilobytes, and a body a batch of rows: a file that claims more is damaged. */
const MAX_METADATA = 1 << 26;
const MAX_BODY = 2 ** 31 - 1;
/** With which the file format begins; after it come the same messages as in a stream. */
const FILE_MAGIC = "ARROW1\0\0";

/**
 * The messages of an Arrow file in order, each read when it is wanted. Ends at the end-of-stream mark or the file's end.
 * @throws RangeError where the file is cut or its lengths make no sense
 */
export async function* arrowMessages(file: FileHandle): AsyncGenerator<ArrowMessage> {
  const { size } = await file.stat();
  const read = async (from: number, length: number): Promise<Buffer> => {
    if (from + length > size) throw new RangeError(`the file is cut: ${size} bytes of ${from + length}`);
    const bytes = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(bytes, done, length - done, from + done);
      if (bytesRead === 0) throw new RangeError("the file ends too early");
      done += bytesRead;
    }
    return bytes;
  };
  const head = size < 8 ? "" : (await read(0, 8)).toString("latin1");
  let at = head === FILE_MAGIC ? 8 : 0;
  while (at < size) {
    const prefix = await read(at, Math.min(8, size - at));
    // Since Arrow 0.15 a length is preceded by the mark 0xFFFFFFFF.
    const isMarked = prefix.readInt32LE(0) === -1;
    const length = prefix.length < 8 ? 0 : prefix.readInt32LE(isMarked ? 4 : 0);
    if (length === 0) return;
    if (length < 16 || length > MAX_METADATA) throw new RangeError(`metadata of ${length} bytes`);
    const start = at + (isMarked ? 8 : 4);
    const message = rootTable(await read(start, length));
    const bodyLength = message.long(3);
    if (bodyLength < 0 || bodyLength > MAX_BODY) throw new RangeError(`a body of ${bodyLength} bytes`);
    const header = message.table(2);
    if (header === null) throw new RangeError("a message without a header");
    yield { kind: message.byte(1), header, body: await read(start + length, bodyLength) };
    at = start + length + bodyLength;
  }
}
