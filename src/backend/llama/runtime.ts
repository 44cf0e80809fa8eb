import type { BackendTarget } from "../../core/backend.ts";
import { loadPeer } from "../peer.ts";

/** What is used of node-llama-cpp 3.22; it is no dependency, so its own types are not there. */
export interface LlamaModule {
  getLlama(options: {
    readonly gpu: "auto" | "cuda" | "metal" | "vulkan" | false;
    readonly build: "never";
    readonly skipDownload: true;
    readonly logLevel: "error";
    readonly logger: (level: string, message: string) => void;
  }): Promise<Llama>;
  getModuleVersion(): Promise<string>;
  readGgufFileInfo(
    path: string,
    options: { readonly readTensorInfo: false; readonly sourceType: "filesystem"; readonly logWarnings: false },
  ): Promise<{ readonly metadata: Metadata }>;
}

export interface Metadata {
  readonly general?: { readonly type?: string; readonly name?: string };
  readonly tokenizer?: { readonly chat_template?: string };
}

export interface Llama {
  /** Kind of GPU that is used; false for none. */
  readonly gpu: string | false;
  loadModel(options: { readonly modelPath: string; readonly loadSignal: AbortSignal }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  readonly trainContextSize: number;
  readonly fileInfo: { readonly metadata: Metadata };
  readonly tokens: {
    readonly bos: number | null;
    readonly bosString: string | null;
    readonly eosString: string | null;
    readonly shouldPrependBosToken: boolean;
  };
  tokenize(text: string, specialTokens: boolean): number[];
  detokenize(tokens: readonly number[], specialTokens: boolean, lastTokens?: readonly number[]): string;
  isEogToken(token: number): boolean;
  createContext(options: {
    readonly contextSize: number;
    readonly sequences: number;
    readonly threads: number;
    readonly swaFullCache: true;
    readonly lora?: { readonly adapters: readonly { readonly filePath: string; readonly scale: number }[] };
    readonly createSignal: AbortSignal;
  }): Promise<LlamaContext>;
  dispose(): Promise<void>;
}

export interface LlamaContext {
  getSequence(): Sequence;
  dispose(): Promise<void>;
}

/** What is asked of a position: the token to follow it, or logits of some tokens. */
export interface Wanted {
  readonly token?: true;
  readonly logits?: true | { readonly filter: { readonly tokens: readonly number[]; readonly includeTop: number } };
  /** Sum of exp(logit − highest logit) over the vocabulary; over what is left of it when a temperature is given. */
  readonly totalLogitWeight?: true;
  readonly options?: {
    readonly temperature: number;
    readonly topK: number;
    readonly topP: number;
    readonly seed: number;
  };
}

export interface Next {
  readonly token?: number | null;
  readonly logits?: ReadonlyMap<number, number>;
  readonly totalLogitWeight?: number;
}

/** The state of one text. */
export interface Sequence {
  readonly nextTokenIndex: number;
  clearHistory(): Promise<void>;
  /** Forgets what does not begin the tokens. */
  adaptStateToTokens(tokens: readonly number[], allowShift: false): Promise<void>;
  controlledEvaluate(
    input: readonly (number | readonly [number, { readonly generateNext: Wanted }])[],
  ): Promise<readonly ({ readonly next: Next } | undefined)[]>;
}

/**
 * Loads node-llama-cpp.
 * @throws EvalhError E_MISSING_DEPENDENCY that names the command which installs it
 */
export function loadLlama({ secret }: Pick<BackendTarget, "secret">): Promise<LlamaModule> {
  return loadPeer<LlamaModule>({
    name: "node-llama-cpp",
    version: "3.22.1",
    wantedBy: "the backend llama",
    nodePath: secret?.("NODE_PATH"),
  });
}
