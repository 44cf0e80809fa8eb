import type { Look } from "../http/look.ts";
import type { Reply } from "../http/attempt.ts";
import type { ModelInfo } from "./model-info.ts";
import type { Tensor } from "./tensor.ts";

/** One model of a server, by HTTP or gRPC. */
export interface TritonClient extends AsyncDisposable {
  readonly address: string;
  readonly protocol: "http" | "grpc";
  /** Asks once whether the server is ready. */
  ready(signal: AbortSignal): Promise<Look>;
  /** Names of the models that are ready. */
  models(signal: AbortSignal): Promise<readonly string[]>;
  /** @throws EvalhError E_BACKEND if there is no such model, or if it is not ready */
  describe(model: ModelName, signal: AbortSignal): Promise<ModelInfo>;
  /** Sends tensors and reads the one answer. */
  infer(request: InferRequest, signal: AbortSignal): Promise<Reply<readonly Tensor[]>>;
  /** Sends tensors and reads all answers of a decoupled model, of one row. */
  stream(request: InferRequest, signal: AbortSignal): Promise<Reply<Streamed>>;
}

export interface ModelName {
  readonly name: string;
  readonly version: string | null;
}

export interface InferRequest {
  readonly model: ModelInfo;
  readonly inputs: readonly Tensor[];
  /** Name of the output wanted. */
  readonly output: string;
}

/** What came of one request in several answers. */
export interface Streamed {
  /** Their text, in order. */
  readonly text: string;
  /** Milliseconds from sending to the first; undefined if there was none. */
  readonly firstMs: number | undefined;
}
