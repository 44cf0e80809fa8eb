import { parentPort, workerData, type MessagePort } from "node:worker_threads";

import { openModel, type ModelTarget, type OpenedModel } from "./open-model.ts";
import { sendError, type AnyOutcome, type Job, type ThreadReply, type ThreadRequest } from "./thread-message.ts";

function answer(model: OpenedModel, job: Job, signal: AbortSignal): AsyncIterable<AnyOutcome> {
  return job.kind === "generate"
    ? model.generate(job.requests, job.options, signal)
    : model.loglikelihood(job.requests, signal);
}

/** Answers jobs one after the other: two batches at a time would take twice the memory and no less time. */
function serve(port: MessagePort, model: OpenedModel): void {
  const reply = (message: ThreadReply): void => port.postMessage(message);
  const aborts = new Map<number, AbortController>();
  let last: Promise<void> = Promise.resolve();
  const run = async (id: number, job: Job, signal: AbortSignal): Promise<void> => {
    try {
      for await (const outcome of answer(model, job, signal)) reply({ kind: "outcome", id, outcome });
      reply({ kind: "end", id });
    } catch (error) {
      reply({ kind: "failed", id, error: sendError(error) });
    } finally {
      aborts.delete(id);
    }
  };
  const close = async (): Promise<void> => {
    for (const abort of aborts.values()) abort.abort();
    await last;
    await model[Symbol.asyncDispose]();
    port.close();
  };
  port.on("message", (request: ThreadRequest) => {
    if (request.kind === "close") void close();
    else if (request.kind === "abort") aborts.get(request.id)?.abort();
    else {
      const abort = new AbortController();
      aborts.set(request.id, abort);
      last = last.then(() => run(request.id, request.job, abort.signal));
    }
  });
}

async function start(port: MessagePort, target: ModelTarget): Promise<void> {
  const reply = (message: ThreadReply): void => port.postMessage(message);
  try {
    const model = await openModel(target);
    serve(port, model);
    const { version, capabilities, threads, weightsBytes } = model;
    reply({ kind: "ready", facts: { version, capabilities, threads, weightsBytes } });
  } catch (error) {
    reply({ kind: "failed", id: null, error: sendError(error) });
    port.close();
  }
}

// The file is a thread's entry: it does something only when it was started as one for this purpose.
const data: unknown = workerData;
if (parentPort !== null && typeof data === "object" && data !== null && "onnxModel" in data) {
  await start(parentPort, data.onnxModel as ModelTarget);
}
