import { EvalhError } from "../../core/errors.ts";
import type { Call, MessageCollector, Reply } from "../http/attempt.ts";
import { UnusableAnswerError } from "../http/failure.ts";
import type { Look } from "../http/look.ts";
import type { Transport } from "../http/transport.ts";
import type { InferRequest, ModelName, Streamed, TritonClient } from "./client.ts";
import type { ModelInfo, Port } from "./model-info.ts";
import { bytesField, intField, packedField, readMessage, type Message } from "./protobuf.ts";
import { decodeRaw, encodeRaw, type Tensor } from "./tensor.ts";

/**
 * Methods and field numbers are those of the open inference protocol (KServe v2, grpc_predict_v2.proto) and of Triton's
 * extensions to it (ModelConfig, RepositoryIndex, ModelStreamInfer).
 */
const SERVICE = "/inference.GRPCInferenceService";

function nameAndVersion({ name, version }: ModelName): Buffer {
  return Buffer.concat([bytesField(1, name), ...(version === null ? [] : [bytesField(2, version)])]);
}

function inferMessage({ model, inputs, output }: InferRequest): Buffer {
  return Buffer.concat([
    bytesField(1, model.name),
    ...(model.version === null ? [] : [bytesField(2, model.version)]),
    ...inputs.map(({ name, datatype, shape }) =>
      bytesField(5, Buffer.concat([bytesField(1, name), bytesField(2, datatype), packedField(3, shape)])),
    ),
    bytesField(6, bytesField(1, output)),
    ...inputs.map((input) => bytesField(7, encodeRaw(input))),
  ]);
}

function tensorsOf(response: Message): readonly Tensor[] {
  const raw = response.bytes(6);
  return response.bytes(5).map((bytes, i) => {
    const output = readMessage(bytes);
    const datatype = output.text(2);
    const [contents] = output.bytes(5);
    const data =
      raw[i] === undefined
        ? (contents === undefined ? [] : readMessage(contents).bytes(8)).map((text) => text.toString("utf8"))
        : decodeRaw(datatype, raw[i]);
    return { name: output.text(1), datatype, shape: output.ints(3), data };
  });
}

/** A call whose answer is one message. */
function unary<T>(method: string, body: Buffer, read: (message: Message) => T): Call<T> {
  const collect = (): MessageCollector<T> => {
    let last: Buffer | undefined;
    return {
      message: (bytes) => void (last = Buffer.from(bytes)),
      end() {
        if (last === undefined) throw new UnusableAnswerError("the answer has no message");
        return read(readMessage(last));
      },
    };
  };
  return { path: `${SERVICE}/${method}`, body, collect, read: notJson };
}

function notJson(): never {
  throw new UnusableAnswerError("the answer is not gRPC");
}

function portOf(bytes: Buffer, optional: ReadonlySet<string>): Port {
  const tensor = readMessage(bytes);
  const name = tensor.text(1);
  return { name, datatype: tensor.text(2), shape: tensor.ints(3), isOptional: optional.has(name) };
}

/** A model's metadata and configuration as one; Triton's ModelConfig has its inputs in field 5. */
function infoOf(metadata: Message, config: Message | null, version: string | null): ModelInfo {
  const inputs = (config?.bytes(5) ?? []).map(readMessage);
  const optional = new Set(inputs.filter((input) => input.ints(8)[0] === 1).map((input) => input.text(1)));
  const policy = config?.bytes(19)[0];
  return {
    name: metadata.text(1),
    version,
    platform: metadata.text(3),
    inputs: metadata.bytes(4).map((bytes) => portOf(bytes, optional)),
    outputs: metadata.bytes(5).map((bytes) => portOf(bytes, new Set())),
    maxBatch: config?.ints(4)[0] ?? 0,
    isDecoupled: policy !== undefined && readMessage(policy).ints(1)[0] === 1,
  };
}

function collectText(output: string): MessageCollector<Streamed> {
  let text = "";
  let firstMs: number | undefined;
  return {
    message(bytes, ms) {
      const response = readMessage(bytes);
      const error = response.text(1);
      if (error !== "") throw new UnusableAnswerError(`the server reports an error: ${error.slice(0, 200)}`);
      const [inner] = response.bytes(2);
      const tensors = inner === undefined ? [] : tensorsOf(readMessage(inner));
      const piece = tensors.find(({ name }) => name === output);
      if (piece === undefined) return;
      firstMs ??= ms;
      text += piece.data.join("");
    },
    end: () => ({ text, firstMs }),
  };
}

/** Asks once and reads the answer, if it is a success. */
async function lookAt<T>(
  transport: Transport,
  call: Call<T>,
  signal: AbortSignal,
): Promise<{ readonly look: Look; readonly value?: T }> {
  const collector = call.collect?.();
  const { body, path } = call;
  const onMessage = (bytes: Buffer, ms: number): void => collector?.message(bytes, ms);
  const look = await transport.look({ path, raw: Buffer.from(body), onMessage }, signal);
  if (look.kind === "none" || look.answer.status !== 200 || collector === undefined) return { look };
  return { look, value: collector.end() };
}

async function describe(transport: Transport, model: ModelName, signal: AbortSignal): Promise<ModelInfo> {
  const body = nameAndVersion(model);
  const metadata = await lookAt(
    transport,
    unary("ModelMetadata", body, (message) => message),
    signal,
  );
  const ready = await lookAt(
    transport,
    unary("ModelReady", body, (message) => message.ints(1)[0] === 1),
    signal,
  );
  if (metadata.value === undefined || ready.value !== true) {
    const { look } = metadata.value === undefined ? metadata : ready;
    const words = transport.redact(look.kind === "none" ? look.message : look.answer.body);
    throw new EvalhError("E_BACKEND", `${transport.address}: model "${model.name}" is not ready: ${words}`, {
      hint: "check the model's name, and the server's log for why it did not load",
    });
  }
  const config = await lookAt(
    transport,
    unary("ModelConfig", body, (message) => message.bytes(1)[0]),
    signal,
  );
  return infoOf(metadata.value, config.value === undefined ? null : readMessage(config.value), model.version);
}

/** KServe v2 over gRPC. */
export function grpcClient(transport: Transport): TritonClient {
  return {
    address: transport.address,
    protocol: "grpc",
    async ready(signal) {
      const call = unary("ServerReady", Buffer.alloc(0), (message) => message.ints(1)[0] === 1);
      const { look, value } = await lookAt(transport, call, signal);
      if (look.kind === "none" || value === true) return look;
      // "Not ready" is an answer of its own in gRPC; by HTTP it is a status.
      const status = look.answer.status === 200 ? 503 : look.answer.status;
      return { ...look, answer: { ...look.answer, status } };
    },
    async models(signal) {
      const call = unary("RepositoryIndex", intField(2, 1), (message) =>
        message.bytes(1).map((each) => readMessage(each).text(1)),
      );
      return [...new Set((await lookAt(transport, call, signal)).value ?? [])];
    },
    describe: (model, signal) => describe(transport, model, signal),
    infer: (request, signal): Promise<Reply<readonly Tensor[]>> =>
      transport.post(unary("ModelInfer", inferMessage(request), tensorsOf), signal),
    stream(request, signal) {
      const collect = (): MessageCollector<Streamed> => collectText(request.output);
      const path = `${SERVICE}/ModelStreamInfer`;
      return transport.post({ path, body: inferMessage(request), collect, read: notJson }, signal);
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
