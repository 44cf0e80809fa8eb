import type { GenerateOptions, GenerateRequest, Outcome } from "../../core/backend.ts";
import type { Completion } from "../../core/completion.ts";
import type { Call, EventCollector } from "../http/attempt.ts";
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

/** The call for a group of requests that share a prompt, in the form that the server takes. */
function createCall(settings: Settings, writer: BodyWriter) {
  const path = settings.isChat ? "/chat/completions" : "/completions";
  return (requests: readonly GenerateRequest[], options: GenerateOptions): Call<readonly Completion[]> => {
    const { stop: stops, logprobs: wantsLogprobs } = options;
    const n = requests.length;
    const body = writer.write(requests[0] as GenerateRequest, options, n);
    if (n > 1) return { path, body, read: (json) => readCompletions(json, n, { stops, wantsLogprobs }) };
    const read = (json: unknown): readonly Completion[] => [readCompletion(json, stops, wantsLogprobs)];
    if (!settings.streams) return { path, body, read };
    const stream = (): EventCollector<readonly Completion[]> => {
      const { event, end } = collectCompletion(stops, wantsLogprobs);
      return { event, end: () => [end()] };
    };
    return { path, body, read, stream };
  };
}

/** Makes completions; a refusal that says which field it does not like changes the form of this and later requests. */
export function createGenerate(transport: Transport, settings: Settings, writer: BodyWriter): Generate {
  const callFor = createCall(settings, writer);
  return async (requests, options, signal) => {
    for (let form = 1; ; form++) {
      const { revision } = writer;
      const reply = await transport.post(callFor(requests, options), signal);
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
