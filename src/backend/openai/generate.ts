import type { GenerateOptions, GenerateRequest, Outcome } from "../../core/backend.ts";
import type { Completion } from "../../core/completion.ts";
import type { Reply } from "../http/attempt.ts";
import type { Transport } from "../http/transport.ts";
import { readCompletion, readCompletions } from "./answer.ts";
import type { BodyWriter } from "./body.ts";
import type { Settings } from "./settings.ts";
import { collectCompletion } from "./stream.ts";

/** How often one request is sent in another form because its server refused a field. */
const MOST_FORMS = 3;

type Generated = Promise<readonly Outcome<Completion>[]>;

/** Asks for the completions of requests that share a prompt. */
export type Generate = (
  requests: readonly GenerateRequest[],
  options: GenerateOptions,
  signal: AbortSignal,
) => Generated;

function failures(requests: readonly GenerateRequest[], message: string): readonly Outcome<Completion>[] {
  return requests.map(({ index }) => ({ index, kind: "failed", error: { code: "E_BACKEND", message } }));
}

/** One form of a request: its body, and how its answer is read. */
function createPost(transport: Transport, settings: Settings, writer: BodyWriter) {
  const path = settings.isChat ? "/chat/completions" : "/completions";
  return async (
    requests: readonly GenerateRequest[],
    options: GenerateOptions,
    signal: AbortSignal,
  ): Promise<Reply<readonly Completion[]>> => {
    const [first] = requests;
    if (first === undefined) return { kind: "read", value: [], ms: 0 };
    const { stop: stops, logprobs: wantsLogprobs } = options;
    const n = requests.length;
    const body = writer.write(first, options, n);
    if (n > 1) {
      const read = (json: unknown): readonly Completion[] => readCompletions(json, n, { stops, wantsLogprobs });
      return transport.post({ path, body, read }, signal);
    }
    const read = (json: unknown): Completion => readCompletion(json, stops, wantsLogprobs);
    const call = settings.streams
      ? { path, body, read, stream: () => collectCompletion(stops, wantsLogprobs) }
      : { path, body, read };
    const reply = await transport.post(call, signal);
    return reply.kind === "read" ? { ...reply, value: [reply.value] } : reply;
  };
}

/** Makes completions; a refusal that says which field it does not like changes the form of this and later requests. */
export function createGenerate(transport: Transport, settings: Settings, writer: BodyWriter): Generate {
  const post = createPost(transport, settings, writer);
  return async (requests, options, signal) => {
    for (let form = 1; ; form++) {
      const { revision } = writer;
      const reply = await post(requests, options, signal);
      if (reply.kind === "failed") {
        const { answer } = reply;
        const isOtherForm = answer !== undefined && (writer.revision !== revision || writer.learn(answer));
        if (isOtherForm && form < MOST_FORMS) continue;
        return failures(requests, reply.message);
      }
      return requests.map(({ index }, place): Outcome<Completion> => {
        const completion = reply.value[place] as Completion;
        return { index, kind: "done", value: { ...completion, timings: { ...completion.timings, totalMs: reply.ms } } };
      });
    }
  };
}
