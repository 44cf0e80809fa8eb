import { isJsonObject, type JsonObject } from "../../core/json.ts";

/** What a call of a server's own tells of it, beside its name. */
export interface ServerFacts {
  readonly version?: string;
  /** Revision or version of the weights. */
  readonly weights?: string;
  /** Most requests it computes at a time. */
  readonly slots?: number;
  /** Most stop strings of a request. */
  readonly maxStops?: number;
  /** Most tokens of prompt and answer together. */
  readonly contextLength?: number;
}

/** A kind of server: how it is recognised, and what about it is not as OpenAI's API says. */
export interface ServerProfile {
  /** As its makers write it. */
  readonly name: string;
  /** `owned_by` of its models in /v1/models. */
  readonly owner?: string;
  /** Beginning of its Server header. */
  readonly header?: string;
  /** A call of its own, from the root, and what its answer tells; null where the answer is another server's. */
  readonly call: string;
  readonly read: (json: JsonObject) => ServerFacts | null;
  /** Whether /completions gives log-probabilities of the prompt (`echo` with `logprobs`). */
  readonly echoes: boolean;
  readonly maxStops: number;
  /** Sampling settings that its OpenAI API drops without a word. */
  readonly ignores: readonly string[];
  /**
   * Sampling settings that it would take from defaults of its own or of the model's `generation_config.json`, with the
   * values that turn them off: what a suite does not say is the same for every backend.
   */
  readonly off: JsonObject;
  /** True if a model that it does not list is refused. */
  readonly checksModelName: boolean;
  /** LoRA adapters that are loaded while it runs: its calls, and how a request names one. */
  readonly adapters?: {
    readonly load: string;
    readonly unload: string;
    readonly field: "model" | "lora_path";
    /** How it must be started. */
    readonly needs: string;
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
}

/** Facts without those that are not known. */
function facts(all: { readonly [K in keyof ServerFacts]: ServerFacts[K] | undefined }): ServerFacts {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

const vllm: ServerProfile = {
  name: "vLLM",
  owner: "vllm",
  call: "/version",
  read: ({ version }) => (text(version) === undefined ? null : facts({ version: text(version) })),
  echoes: true,
  maxStops: Infinity,
  ignores: [],
  off: { top_p: 1, top_k: 0, min_p: 0, repetition_penalty: 1 },
  checksModelName: true,
  adapters: {
    load: "/v1/load_lora_adapter",
    unload: "/v1/unload_lora_adapter",
    field: "model",
    needs: "start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True",
  },
};

const sglang: ServerProfile = {
  name: "SGLang",
  owner: "sglang",
  call: "/get_model_info",
  read: ({ model_path: model, version, weight_version: weights }) =>
    text(model) === undefined ? null : facts({ version: text(version), weights: text(weights) }),
  echoes: true,
  maxStops: Infinity,
  ignores: [],
  off: { top_p: 1, top_k: -1, min_p: 0, repetition_penalty: 1 },
  checksModelName: false,
  adapters: {
    load: "/load_lora_adapter",
    unload: "/unload_lora_adapter",
    field: "lora_path",
    needs: "start SGLang with --enable-lora",
  },
};

const tgi: ServerProfile = {
  name: "TGI",
  call: "/info",
  read: (json) =>
    text(json["model_id"]) === undefined
      ? null
      : facts({
          version: text(json["version"]),
          weights: text(json["model_sha"]),
          slots: count(json["max_concurrent_requests"]),
          maxStops: count(json["max_stop_sequences"]),
          contextLength: count(json["max_total_tokens"]),
        }),
  echoes: false,
  maxStops: 4,
  ignores: ["top_k"],
  off: {},
  checksModelName: false,
};

const llamaCpp: ServerProfile = {
  name: "llama.cpp",
  owner: "llamacpp",
  header: "llama.cpp",
  call: "/props",
  read: (json) => {
    const settings = json["default_generation_settings"];
    if (!isJsonObject(settings)) return null;
    return facts({
      version: text(json["build_info"]),
      weights: text(json["model_path"]),
      slots: count(json["total_slots"]),
      contextLength: count(settings["n_ctx"]),
    });
  },
  echoes: false,
  maxStops: Infinity,
  ignores: [],
  off: { top_p: 1, top_k: 0, min_p: 0 },
  checksModelName: false,
};

const ollama: ServerProfile = {
  name: "Ollama",
  owner: "library",
  call: "/api/version",
  read: ({ version }) => (text(version) === undefined ? null : facts({ version: text(version) })),
  echoes: false,
  maxStops: Infinity,
  ignores: ["top_k"],
  off: {},
  checksModelName: true,
};

const lmStudio: ServerProfile = {
  name: "LM Studio",
  owner: "organization_owner",
  call: "/api/v0/models",
  read: ({ data }) => {
    const models = (Array.isArray(data) ? (data as readonly unknown[]) : []).filter(isJsonObject);
    if (!models.some((model) => "compatibility_type" in model)) return null;
    const loaded = models.find(({ state }) => state === "loaded");
    return facts({ contextLength: count(loaded?.["loaded_context_length"] ?? loaded?.["max_context_length"]) });
  },
  echoes: false,
  maxStops: Infinity,
  ignores: [],
  off: {},
  checksModelName: false,
};

/** The servers that are known, those whose own call could be another's last: two answer with nothing but a version. */
export const SERVERS: readonly ServerProfile[] = [sglang, tgi, llamaCpp, lmStudio, ollama, vllm];
