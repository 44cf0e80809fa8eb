import { EvalhError, messageOf } from "../../core/errors.ts";
import type { Llama, LlamaModel, LlamaModule } from "./runtime.ts";

/** Weights in memory, with the engine that holds them. */
export interface BaseModel extends AsyncDisposable {
  readonly engine: Llama;
  readonly model: LlamaModel;
  /** The engine's last complaint; it explains a failure better than the failure itself. */
  lastComplaint(): string;
}

/** GPUs that may be asked for; "auto" takes what the installed binaries know, "cpu" none. */
export const DEVICES = ["auto", "cpu", "cuda", "metal", "vulkan"] as const;
type Device = (typeof DEVICES)[number];

/**
 * Loads a GGUF file. Nothing is downloaded and nothing compiled.
 * @throws EvalhError E_CHECKPOINT if the file cannot be used, E_BACKEND if the engine cannot start
 */
export async function loadBase(
  module: LlamaModule,
  { path, device, signal }: { readonly path: string; readonly device: string; readonly signal: AbortSignal },
): Promise<BaseModel> {
  let complaint = "";
  const engine = await startEngine(module, device as Device, (message) => (complaint = message));
  try {
    const model = await engine.loadModel({ modelPath: path, loadSignal: signal });
    return {
      engine,
      model,
      lastComplaint: () => complaint,
      async [Symbol.asyncDispose]() {
        await model.dispose();
        await engine.dispose();
      },
    };
  } catch (error) {
    await engine.dispose();
    signal.throwIfAborted();
    const why = [messageOf(error), complaint].filter(Boolean).join("; ");
    throw new EvalhError("E_CHECKPOINT", `${path} cannot be loaded: ${why}`, {
      hint: "convert it again with llama.cpp's convert_hf_to_gguf.py; a newer model may need a newer node-llama-cpp",
      cause: error,
    });
  }
}

async function startEngine(module: LlamaModule, device: Device, complain: (text: string) => void): Promise<Llama> {
  try {
    return await module.getLlama({
      gpu: device === "cpu" ? false : device,
      build: "never",
      skipDownload: true,
      logLevel: "error",
      logger: (_, message) => complain(message.trim().slice(0, 300)),
    });
  } catch (error) {
    throw new EvalhError("E_BACKEND", `llama.cpp cannot start on "${device}": ${messageOf(error).split("\n")[0]}`, {
      hint: "install node-llama-cpp with its optional packages, which hold the binaries, or set the option device: cpu",
      cause: error,
    });
  }
}
