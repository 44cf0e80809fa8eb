import type { InferenceSession } from "onnxruntime-node";
import { EvalhError, messageOf } from "../../core/errors.ts";
import { canUse, type Device } from "./device.ts";

export type Runtime = typeof import("onnxruntime-node");

export async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    throw new EvalhError("E_MISSING_DEPENDENCY", `onnxruntime-node cannot be loaded: ${messageOf(error)}`, {
      hint: "Install it with `npm install onnxruntime-node`; it has binaries for Linux, macOS and Windows.",
      cause: error,
    });
  }
}

/** Name and version of the runtime, for cache keys. */
export async function runtimeVersion(): Promise<string> {
  const runtime = await loadRuntime();
  return `onnxruntime-node ${runtime.env.versions.node ?? runtime.env.versions.common}`;
}

export interface SessionOptions {
  /** Threads a matrix product may use. */
  readonly threads: number;
  readonly device: Device;
}

/**
 * Opens a model file.
 * @throws EvalhError E_CHECKPOINT for a corrupt file, E_BACKEND where the device cannot be used
 */
export async function openSession(file: string, { threads, device }: SessionOptions): Promise<InferenceSession> {
  const runtime = await loadRuntime();
  if (!canUse(runtime, device)) {
    throw new EvalhError("E_BACKEND", `onnxruntime-node has no libraries for the device "${device}" here`, {
      hint: "set the option device: cpu, or install onnxruntime-node with ONNXRUNTIME_NODE_INSTALL=cuda12 where there is a GPU",
    });
  }
  try {
    return await runtime.InferenceSession.create(file, {
      // What a device cannot compute, the CPU does.
      executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw new EvalhError("E_CHECKPOINT", `${file} cannot be loaded: ${messageOf(error)}`, {
      hint: "Export or copy it again; a file cut off in transfer, or weights kept in a missing .onnx_data file, look so.",
      cause: error,
    });
  }
}
