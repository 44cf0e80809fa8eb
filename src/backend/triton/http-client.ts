import { EvalhError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import type { Call, EventCollector, Reply } from "../http/attempt.ts";
import { headerText, type ResponseHeaders } from "../http/exchange.ts";
import { explanation, UnusableAnswerError } from "../http/failure.ts";
import type { Look } from "../http/look.ts";
import type { Transport } from "../http/transport.ts";
import type { InferRequest, ModelName, Streamed, TritonClient } from "./client.ts";
import { modelInfo, type ModelInfo } from "./model-info.ts";
import { decodeRaw, encodeRaw, flatData, jsonTensor, type Tensor } from "./tensor.ts";

/** How many of a message's bytes are JSON; tensors follow. */
const HEADER_LENGTH = "inference-header-content-length";

function pathOf({ name, version }: Pick<ModelName, "name" | "version">): string {
  const path = `/v2/models/${encodeURIComponent(name)}`;
  return version === null ? path : `${path}/versions/${encodeURIComponent(version)}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function outputsOf(json: unknown): readonly JsonObject[] {
  const outputs = isJsonObject(json) ? json["outputs"] : undefined;
  if (!Array.isArray(outputs)) throw new UnusableAnswerError("the answer has no outputs");
  return (outputs as readonly unknown[]).filter(isJsonObject);
}

function tensorOf(output: JsonObject, data: Tensor["data"]): Tensor {
  const { name, datatype, shape } = output as Readonly<Record<string, unknown>>;
  return {
    name: textOf(name),
    datatype: textOf(datatype),
    shape: Array.isArray(shape) ? shape.map(Number) : [],
    data,
  };
}

function readJson(json: unknown): readonly Tensor[] {
  return outputsOf(json).map((output) => tensorOf(output, flatData(output["data"] ?? [])));
}

/** An answer whose tensors follow its JSON. */
function readBinary(bytes: Buffer, headers: ResponseHeaders): readonly Tensor[] {
  const told = headerText(headers[HEADER_LENGTH]);
  const length = told === undefined ? bytes.length : Number(told);
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8", 0, length));
  } catch {
    throw new UnusableAnswerError("the answer's header is not JSON");
  }
  let at = length;
  return outputsOf(json).map((output) => {
    const parameters = output["parameters"];
    const size = isJsonObject(parameters) ? parameters["binary_data_size"] : undefined;
    if (typeof size !== "number") return tensorOf(output, flatData(output["data"] ?? []));
    if (at + size > bytes.length) throw new UnusableAnswerError("the answer is shorter than its tensors");
    const data = decodeRaw(textOf(output["datatype"]), bytes.subarray(at, at + size));
    at += size;
    return tensorOf(output, data);
  });
}

type InferCall = Call<readonly Tensor[]>;

function jsonCall({ model, inputs, output }: InferRequest): InferCall {
  const body = JSON.stringify({ inputs: inputs.map(jsonTensor), outputs: [{ name: output }] });
  return { path: `${pathOf(model)}/infer`, body, read: readJson };
}

function binaryCall({ model, inputs, output }: InferRequest): InferCall {
  const raw = inputs.map(encodeRaw);
  const described = inputs.map(({ name, datatype, shape }, i) => {
    return { name, datatype, shape, parameters: { binary_data_size: raw[i]?.length ?? 0 } };
  });
  const outputs = [{ name: output, parameters: { binary_data: true } }];
  const header = Buffer.from(JSON.stringify({ inputs: described, outputs }));
  return {
    path: `${pathOf(model)}/infer`,
    body: Buffer.concat([header, ...raw]),
    headers: { "content-type": "application/octet-stream", [HEADER_LENGTH]: String(header.length) },
    read: readJson,
    readBytes: readBinary,
  };
}

/** Puts the text of a stream's events together: `{"model_name": …, "text_output": "…"}`. */
function collectText(output: string): EventCollector<Streamed> {
  let text = "";
  let firstMs: number | undefined;
  return {
    event(data, ms) {
      let json: unknown;
      try {
        json = JSON.parse(data);
      } catch {
        throw new UnusableAnswerError("an event is not JSON");
      }
      const { error, [output]: piece } = (isJsonObject(json) ? json : {}) as Readonly<Record<string, unknown>>;
      if (error !== undefined) throw new UnusableAnswerError(`the server reports an error: ${JSON.stringify(error)}`);
      if (piece === undefined) return;
      firstMs ??= ms;
      text += flatData(piece).join("");
    },
    end: () => ({ text, firstMs }),
  };
}

/** The body of Triton's generate extension: inputs by name, one row. */
function streamCall({ model, inputs, output }: InferRequest): Call<Streamed> {
  const fields = inputs.map(({ name, data, shape }): readonly [string, JsonValue] => {
    const isOne = data.length === 1 && shape.every((size) => size === 1);
    return [name, isOne ? (data[0] as JsonValue) : data];
  });
  const collect = (): EventCollector<Streamed> => collectText(output);
  return {
    path: `${pathOf(model)}/generate_stream`,
    body: JSON.stringify(Object.fromEntries(fields)),
    stream: collect,
    read: () => {
      throw new UnusableAnswerError("the answer is not a stream of events");
    },
  };
}

function problem(transport: Transport, found: Look, what: string): EvalhError {
  const words = found.kind === "none" ? found.message : `HTTP ${found.answer.status} ${explanation(found.answer.body)}`;
  return new EvalhError("E_BACKEND", `${transport.address}: ${what}: ${transport.redact(words)}`, {
    hint: "check the model's name, and the server's log for why it did not load",
  });
}

/** KServe v2 over HTTP, with tensors as JSON or as bytes. */
export function httpClient(transport: Transport, isBinary: boolean): TritonClient {
  const get = async (path: string, signal: AbortSignal): Promise<JsonObject | null> => {
    const found = await transport.look({ path }, signal);
    return found.kind === "answer" && found.answer.status === 200 && isJsonObject(found.json) ? found.json : null;
  };
  return {
    address: transport.address,
    protocol: "http",
    ready: (signal) => transport.look({ path: "/v2/health/ready" }, signal),
    async models(signal) {
      const found = await transport.look({ path: "/v2/repository/index", body: { ready: true } }, signal);
      const list = found.kind === "answer" && Array.isArray(found.json) ? (found.json as readonly unknown[]) : [];
      return [...new Set(list.filter(isJsonObject).map(({ name }) => textOf(name)))];
    },
    async describe(model, signal): Promise<ModelInfo> {
      const path = pathOf(model);
      const found = await transport.look({ path }, signal);
      if (found.kind === "none" || found.answer.status !== 200 || !isJsonObject(found.json)) {
        throw problem(transport, found, `model "${model.name}" cannot be asked`);
      }
      const ready = await transport.look({ path: `${path}/ready` }, signal);
      if (ready.kind === "none" || ready.answer.status !== 200) {
        throw problem(transport, ready, `model "${model.name}" is not ready`);
      }
      return modelInfo(found.json, await get(`${path}/config`, signal), model.version);
    },
    infer: (request, signal) => transport.post((isBinary ? binaryCall : jsonCall)(request), signal),
    stream: (request, signal): Promise<Reply<Streamed>> => transport.post(streamCall(request), signal),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
