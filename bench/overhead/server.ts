import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";

/**
 * A small OpenAI-compatible server as its own process: answers every POST to /chat/completions and /completions with
 * the same text after `--delay` milliseconds. Anything else it refuses at once: with a real server, too, only the model
 * takes its time. Prints its base URL once it listens; runs until it is ended.
 */
const { values } = parseArgs({
  options: {
    delay: { type: "string", default: "0" },
    port: { type: "string", default: "0" },
    text: { type: "string", default: "An answer of a few words." },
  },
});
const delay = Number(values.delay);
const common = {
  id: "cmpl-0",
  created: 0,
  model: "bench",
  usage: { prompt_tokens: 12, completion_tokens: 6, total_tokens: 18 },
};
const chat = Buffer.from(
  JSON.stringify({
    ...common,
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content: values.text }, finish_reason: "stop" }],
  }),
);
const text = Buffer.from(
  JSON.stringify({
    ...common,
    object: "text_completion",
    choices: [{ index: 0, text: values.text, finish_reason: "stop", logprobs: null }],
  }),
);

const server = createServer((request, response) => {
  const isChat = request.url?.endsWith("/chat/completions") === true;
  const body = isChat ? chat : text;
  const isKnown = request.method === "POST" && request.url?.endsWith("/completions") === true;
  const answer = (): void => {
    response.writeHead(isKnown ? 200 : 404, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
  };
  request.on("end", () => {
    if (delay > 0 && isKnown) setTimeout(answer, delay);
    else answer();
  });
  request.resume();
});
server.keepAliveTimeout = 60_000;
server.listen(Number(values.port), "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`http://127.0.0.1:${port}/v1\n`);
});
