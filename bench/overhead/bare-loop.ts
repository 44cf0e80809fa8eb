/**
 * The limit: the same requests and appends without a harness. One undici pool, one JSON line an answer.
 * Usage: node bare-loop.ts BASE_URL DATASET OUTPUT CONCURRENCY
 */
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";

import { Pool } from "undici";

const [baseUrl = "", dataset = "", output = "", concurrency = "64"] = process.argv.slice(2);
const workers = Number(concurrency);
const { origin, pathname } = new URL(baseUrl);
const pool = new Pool(origin, { connections: workers });
const out = createWriteStream(output);

interface Row {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
}

async function ask(row: Row): Promise<void> {
  const { body } = await pool.request({
    path: `${pathname}/completions`,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "bench", prompt: row.question, max_tokens: 16, temperature: 0, stop: ["\n"] }),
  });
  const answer = (await body.json()) as { choices: { text: string }[] };
  const text = answer.choices[0]?.text ?? "";
  out.write(`${JSON.stringify({ id: row.id, output: text, correct: text.trim() === row.answer })}\n`);
}

const lines = createInterface({ input: createReadStream(dataset) })[Symbol.asyncIterator]();
async function worker(): Promise<void> {
  for (let next = await lines.next(); next.done !== true; next = await lines.next())
    await ask(JSON.parse(next.value) as Row);
}
await Promise.all(Array.from({ length: workers }, worker));
out.end();
await finished(out);
await pool.close();
