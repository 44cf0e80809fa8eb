/**
 * The limit: a closed loop over undici's dispatch that notes when the first bytes and the end of each answer came, and
 * nothing else. Usage: node bare-client.ts BASE_URL CLIENTS REQUESTS [WARM]. Prints requests a second and the mean
 * times, ms; of these the first WARM requests are left out.
 */
import { Pool } from "undici";

const [baseUrl = "", clients = "64", requests = "1000", warm = "0"] = process.argv.slice(2);
const { origin, pathname } = new URL(baseUrl);
const pool = new Pool(origin, { connections: null, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
const body = JSON.stringify({
  model: "fast",
  max_tokens: 32,
  temperature: 0,
  stream: true,
  stream_options: { include_usage: true },
  messages: [
    { role: "user", content: "word word word word word word word word word word word word word word word word" },
  ],
});
const headers = { "content-type": "application/json" };
const total = Number(requests);
let sent = 0;
let firsts = 0;
let ends = 0;

function ask(isWarm: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    let first = 0;
    pool.dispatch(
      { path: `${pathname}/chat/completions`, method: "POST", headers, body },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        // The first piece is the role, which is no token.
        onResponseData(_, chunk) {
          if (first === 0 && chunk.includes('"content":" ')) first = performance.now();
        },
        onResponseEnd() {
          if (!isWarm) {
            firsts += first - start;
            ends += performance.now() - start;
          }
          resolve();
        },
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}

async function client(): Promise<void> {
  while (sent++ < total) await ask(sent <= Number(warm));
}
const start = performance.now();
await Promise.all(Array.from({ length: Number(clients) }, client));
const seconds = (performance.now() - start) / 1000;
const counted = total - Number(warm);
console.log(JSON.stringify({ requestsPerSecond: total / seconds, ttft: firsts / counted, e2e: ends / counted }));
await pool.close();
