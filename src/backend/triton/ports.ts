import type { GenerateOptions } from "../../core/backend.ts";
import { EvalhError } from "../../core/errors.ts";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import type { ModelInfo, Port } from "./model-info.ts";
import { flatData, isKnownType, type Tensor } from "./tensor.ts";

/** Names that models give the prompt and the answer, the most telling first. */
const PROMPTS = [
  "text_input",
  "prompt",
  "prompts",
  "input_text",
  "query",
  "inputs",
  "input",
  "INPUT",
  "INPUT_0",
  "INPUT0",
];
const ANSWERS = ["text_output", "generated_text", "output_text", "response", "output", "outputs", "OUTPUT", "OUTPUT_0"];

/** What a row of a request asks. */
export interface Row {
  readonly prompt: string;
  readonly seed: number;
}

type Setting = (row: Row, options: GenerateOptions) => JsonValue | undefined;

const seed: Setting = (row) => row.seed & 0x7fffffff;
const maxTokens: Setting = (_, options) => options.maxTokens;
// TensorRT-LLM decodes greedily with top_k 1; a temperature of 0 would divide by it.
const topK: Setting = (_, options) => (options.temperature === 0 ? 1 : options.topK > 0 ? options.topK : undefined);
const topP: Setting = (_, options) => (options.topP < 1 ? options.topP : undefined);
const stop: Setting = (_, options) => (options.stop.length > 0 ? options.stop : undefined);

/** The inputs that vLLM's, TensorRT-LLM's and hand-written backends take settings by. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  max_tokens: maxTokens,
  max_new_tokens: maxTokens,
  temperature: (_, options) => (options.temperature === 0 ? undefined : options.temperature),
  top_k: topK,
  top_p: topP,
  stop,
  stop_words: stop,
  seed,
  random_seed: seed,
  exclude_input_in_output: () => true,
  exclude_input_from_output: () => true,
  // One text with all settings, as vLLM's backend takes them.
  sampling_parameters: (row, options) =>
    JSON.stringify({
      max_tokens: options.maxTokens,
      temperature: options.temperature,
      ...(options.topP < 1 ? { top_p: options.topP } : {}),
      ...(options.topK > 0 ? { top_k: options.topK } : {}),
      ...(options.stop.length > 0 ? { stop: options.stop } : {}),
      seed: seed(row, options) ?? 0,
    }),
};

export interface PortOptions {
  readonly prompt: string | undefined;
  readonly output: string | undefined;
  /** Constant inputs by name. */
  readonly constants: JsonObject;
}

/** How prompts become a model's inputs, and which of its outputs is the answer. */
export interface Ports {
  readonly prompt: string;
  readonly output: string;
  /** Tensors of one request, one row each. @param streams whether answers are wanted token by token */
  tensors(rows: readonly Row[], options: GenerateOptions, streams: boolean): readonly Tensor[];
}

function choose(ports: readonly Port[], named: string | undefined, usual: readonly string[], what: string): Port {
  const texts = ports.filter(({ datatype }) => datatype === "BYTES");
  const found =
    named === undefined
      ? (usual.map((name) => texts.find((port) => port.name === name)).find((port) => port !== undefined) ??
        (texts.length === 1 ? texts[0] : undefined))
      : ports.find(({ name }) => name === named);
  if (found !== undefined) return found;
  const all = ports.map(({ name, datatype }) => `${name} (${datatype})`).join(", ");
  const problem = named === undefined ? `no ${what} of text that is the only one` : `no ${what} "${named}"`;
  throw new EvalhError("E_BACKEND", `the model has ${problem}; it has ${all === "" ? "none" : all}`, {
    hint: `name it with the option ${what === "input" ? "prompt" : "output"}`,
  });
}

/** A tensor of rows; the sizes that the model leaves open are those of the data. */
function tensor(port: Port, rows: readonly (readonly (string | number | boolean)[])[], hasBatch: boolean): Tensor {
  const width = Math.max(1, ...rows.map((row) => row.length));
  // Rows of different widths, as of stop strings, are filled up with the element that says nothing.
  const filled = rows.map((row) => [...row, ...Array.from({ length: width - row.length }, () => "")]);
  const inner = hasBatch ? port.shape.slice(1) : port.shape;
  const shape = inner.length === 0 ? [] : [...inner.slice(0, -1).map((size) => (size < 0 ? 1 : size)), width];
  return { ...port, shape: hasBatch ? [rows.length, ...shape] : shape, data: filled.flat() };
}

/**
 * Finds a model's prompt, its answer and the inputs for settings.
 *
 * @throws EvalhError E_BACKEND if they cannot be told, or if an input is needed that nothing fills
 */
export function findPorts(model: ModelInfo, { prompt, output, constants }: PortOptions): Ports {
  const promptPort = choose(model.inputs, prompt, PROMPTS, "input");
  const outputPort = choose(model.outputs, output, ANSWERS, "output");
  const others = model.inputs.filter(({ name }) => name !== promptPort.name);
  const isFilled = ({ name }: Port): boolean =>
    Object.hasOwn(constants, name) || Object.hasOwn(SETTINGS, name) || name === "stream" || name === "streaming";
  const unknown = others.find((port) => !port.isOptional && !isFilled(port));
  if (unknown !== undefined) {
    throw new EvalhError("E_BACKEND", `the model needs the input "${unknown.name}", which nothing fills`, {
      hint: `give it a value with the option inputs: { ${unknown.name}: … }`,
    });
  }
  const sent = others.filter((port) => isFilled(port) && isKnownType(port.datatype));
  const hasBatch = model.maxBatch > 0;
  const valueOf = (name: string, row: Row, options: GenerateOptions, streams: boolean): JsonValue | undefined => {
    if (Object.hasOwn(constants, name)) return constants[name];
    if (name === "stream" || name === "streaming") return streams;
    return SETTINGS[name]?.(row, options);
  };
  /** What an input that must be there is given where the task has no wish. */
  const neutral = (port: Port): JsonValue => ({ BYTES: "", FP32: 1 })[port.datatype] ?? 0;
  return {
    prompt: promptPort.name,
    output: outputPort.name,
    tensors(rows, options, streams) {
      const settings = sent.flatMap((port) => {
        const values = rows.map((row) => valueOf(port.name, row, options, streams));
        if (port.isOptional && values.every((value) => value === undefined)) return [];
        return [
          tensor(
            port,
            values.map((value) => flatData(value ?? neutral(port))),
            hasBatch,
          ),
        ];
      });
      return [
        tensor(
          promptPort,
          rows.map((row) => [row.prompt]),
          hasBatch,
        ),
        ...settings,
      ];
    },
  };
}
