import type { LikelihoodRequest, Outcome } from "../../core/backend.ts";
import type { ContinuationScore } from "../../core/completion.ts";
import { EvalhError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Transport } from "../http/transport.ts";
import { NoLikelihoodError, readEcho } from "./echo.ts";
import type { Settings } from "./settings.ts";

/** What was read of an echo: a score, or why there cannot be one. */
type Echo = ContinuationScore | NoLikelihoodError;

/** No request can succeed at a server that does not echo: it is said once, not for every sample. */
function noEcho(transport: Transport, why: string): EvalhError {
  return new EvalhError("E_BACKEND", `${transport.address}: ${why}`, {
    hint: "vLLM and SGLang do with `api: completions`; or set `scoring: generate` on the task.",
  });
}

/** Scores continuations by having the server echo context and continuation with the log-probability of each token. */
export function createScore(transport: Transport, settings: Settings, adapterFields: JsonObject) {
  const { model, extra, omit } = settings;
  const asked = {
    ...(model === undefined ? {} : { model }),
    ...adapterFields,
    echo: true,
    logprobs: 1,
    max_tokens: 1,
    temperature: 0,
  };
  const fields = Object.entries({ ...asked, ...extra }).filter(([name]) => !omit.has(name));
  const common = JSON.stringify(Object.fromEntries(fields)).slice(0, -1);

  const scoreOne = async (context: string, continuation: string, signal: AbortSignal): Promise<Echo | string> => {
    const body = `${common},"prompt":${JSON.stringify(context + continuation)}}`;
    const read = (json: unknown): Echo => {
      try {
        return readEcho(json, context, continuation);
      } catch (error) {
        if (error instanceof NoLikelihoodError) return error;
        throw error;
      }
    };
    const reply = await transport.post({ path: "/completions", body, read }, signal);
    if (reply.kind === "read") return reply.value;
    const status = reply.answer?.status;
    if ((status === 400 || status === 422) && /\b(echo|logprobs)\b/i.test(reply.message)) {
      throw noEcho(transport, reply.message);
    }
    return reply.message;
  };
  return async (request: LikelihoodRequest, signal: AbortSignal): Promise<Outcome<readonly ContinuationScore[]>> => {
    const { index, context } = request;
    const scores: ContinuationScore[] = [];
    for (const continuation of request.continuations) {
      const score = await scoreOne(context, continuation, signal);
      if (score instanceof NoLikelihoodError && score.isOfServer) throw noEcho(transport, score.message);
      const message = score instanceof NoLikelihoodError ? score.message : score;
      if (typeof message === "string") return { index, kind: "failed", error: { code: "E_BACKEND", message } };
      scores.push(message);
    }
    return { index, kind: "done", value: scores };
  };
}
