/**
 * A server that costs as little as a server can: every POST gets the same stream of events at once, written in one
 * piece. It reads no more of HTTP than where a request ends, and speaks to this benchmark only.
 * Prints its base URL; runs until it is ended.
 */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

const TOKENS = 8;
const event = (json: object): string => `data: ${JSON.stringify(json)}\n\n`;
const chunk = (delta: object, finish: string | null = null): string =>
  event({
    id: "chatcmpl-0",
    object: "chat.completion.chunk",
    created: 0,
    model: "fast",
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
const body = [
  chunk({ role: "assistant", content: "" }),
  ...Array.from({ length: TOKENS }, (_, i) => chunk({ content: ` word${i}` }, i === TOKENS - 1 ? "length" : null)),
  event({ choices: [], usage: { prompt_tokens: 16, completion_tokens: TOKENS } }),
  "data: [DONE]\n\n",
].join("");
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
);
const none = Buffer.from("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");

const server = createServer((socket) => {
  let rest = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (data) => {
    rest += data.toString("latin1");
    for (;;) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(rest.slice(0, end))?.[1] ?? 0);
      if (rest.length < end + 4 + length) return;
      socket.write(rest.startsWith("POST") ? answer : none);
      rest = rest.slice(end + 4 + length);
    }
  });
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1\n`);
});
