import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Runtime } from "./runtime.ts";

/** Where onnxruntime computes: the names of its execution providers. */
export const DEVICES = ["cpu", "cuda", "coreml", "dml"] as const;
export type Device = (typeof DEVICES)[number];

/** The device that is meant; "auto" takes a GPU whose libraries are installed, for a GPU without them only fails. */
export function chooseDevice(runtime: Runtime, wanted: string | undefined): Device {
  if (wanted !== undefined && wanted !== "auto") return wanted as Device;
  // Not CoreML or DirectML: they change answers more than a GPU changes the time of small models.
  return canUse(runtime, "cuda") ? "cuda" : "cpu";
}

/** True if the runtime knows the device and has what it needs; the CUDA provider is listed, but not bundled. */
export function canUse(runtime: Runtime, device: Device): boolean {
  const found = runtime.listSupportedBackends().find(({ name }) => name === device);
  return found !== undefined && (found.bundled || hasProvider(device));
}

function hasProvider(device: Device): boolean {
  const entry = createRequire(import.meta.url).resolve("onnxruntime-node");
  const binaries = join(dirname(entry), "..", "bin");
  const library =
    process.platform === "win32" ? `onnxruntime_providers_${device}.dll` : `libonnxruntime_providers_${device}.so`;
  if (!existsSync(binaries)) return false;
  return readdirSync(binaries).some((abi) => existsSync(join(binaries, abi, process.platform, process.arch, library)));
}
