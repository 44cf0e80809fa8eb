import type { BackendModule } from "../core/backend.ts";

/** Every backend by the name suites use. Loading one loads its runtime, so each is loaded when it is asked for. */
export const backends = {
  command: async () => (await import("./command.ts")).command,
  fastapi: async () => (await import("./fastapi.ts")).fastapi,
  llama: async () => (await import("./llama.ts")).llama,
  onnx: async () => (await import("./onnx.ts")).onnx,
  openai: async () => (await import("./openai.ts")).openai,
  transformers: async () => (await import("./transformers.ts")).transformers,
  triton: async () => (await import("./triton.ts")).triton,
} satisfies Record<string, () => Promise<BackendModule>>;
