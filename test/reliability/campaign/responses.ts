import { backends } from "../../../src/backend/index.ts";
import { numpyMt19937 } from "../../../src/stats/mt19937.ts";
import { answerOf, startOpenai } from "../../fixtures/servers/openai.ts";
import type { Behaviour, Received } from "../../fixtures/servers/scripted.ts";
import { readAnswers, type Tally } from "./answers.ts";
import { attempt, makeToy, resumeToy, startToy } from "./toy-run.ts";

export interface ResponseResult extends Tally {
  readonly samples: number;
  readonly requests: number;
  /** Kind of fault → responses of that kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Samples without a result and without a recorded failure after the first attempt. */
  readonly unaccounted: number;
  /** Samples whose failure was recorded in the first attempt; they are asked again when the run is resumed. */
  readonly failed: number;
  readonly retriesPerRequest: number;
}

/** Each of these is what one response in a hundred is. */
const faults: Readonly<Record<string, (request: Received) => Behaviour>> = {
  "429, Retry-After in seconds": () => ({ do: "answer", status: 429, json: {}, headers: { "retry-after": "0.1" } }),
  "429, Retry-After as a date": () => ({
    do: "answer",
    status: 429,
    json: {},
    headers: { "retry-after": new Date(Date.now() + 1000).toUTCString() },
  }),
  "500": () => ({ do: "answer", status: 500, json: { error: "oops" } }),
  "503": () => ({ do: "text", status: 503, text: "<h1>busy</h1>" }),
  reset: () => ({ do: "reset" }),
  "malformed JSON": () => ({ do: "text", text: '{"choices": [', headers: { "content-type": "application/json" } }),
  "truncated body": (request) => ({ do: "truncate", json: answerOf(request) }),
  "endless slow body": () => ({ do: "drip" }),
  "wrong content type": () => ({ do: "text", text: "<html>login</html>" }),
  "empty list of choices": () => ({ do: "answer", json: { choices: [] } }),
};

/**
 * Asks a real HTTP backend of a server that gives each kind of fault once in a hundred responses, then resumes the run
 * until every sample has its answer.
 */
export async function responseCampaign(options: {
  readonly samples: number;
  readonly seed: number;
}): Promise<ResponseResult> {
  const { samples, seed } = options;
  const random = numpyMt19937(seed);
  const counted: Record<string, number> = {};
  const kinds = Object.entries(faults);
  await using server = await startOpenai((request) => {
    const kind = kinds[Math.floor(random.double() * 100)];
    if (kind === undefined) return undefined;
    counted[kind[0]] = (counted[kind[0]] ?? 0) + 1;
    return kind[1](request);
  });
  const models = `models: [{ model: served, backend: openai, url: "${server.origin}/v1", options: { model: m, concurrency: 64, timeout: 1 } }]\n`;
  const backend = await backends.openai();
  await using toy = await makeToy(samples, { models, backend });
  let run = await startToy(toy);
  let told = 0;
  let failed = 0;
  await attempt(run, (done, without) => {
    told += done;
    failed += without;
  });
  const first = await readAnswers(run.folder);
  const requests = server.received.length;
  const unaccounted = samples - first.byKey.size - failed + Math.max(0, told - first.byKey.size);
  for (let tries = 0; tries < 20 && (await readAnswers(run.folder)).byKey.size < samples; tries++) {
    run = await resumeToy(toy, run.folder);
    await attempt(run);
  }
  // What an undisturbed server answers is the prompt in capitals.
  const found = await readAnswers(run.folder);
  const wrong = [...found.byKey.values()].filter((answer) => {
    const { i, output } = JSON.parse(answer) as { readonly i: number; readonly output: string };
    return output !== `QUESTION NUMBER ${i}`;
  });
  return {
    samples,
    requests: server.received.length,
    faults: counted,
    unaccounted,
    failed,
    retriesPerRequest: Math.round(((requests - samples) / samples) * 1000) / 1000,
    answers: found.byKey.size,
    lost: samples - found.byKey.size,
    twice: found.twice,
    altered: wrong.length,
  };
}
