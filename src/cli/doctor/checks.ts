import { execFile } from "node:child_process";
import { statfs } from "node:fs/promises";
import { promisify } from "node:util";

import { loadLlama } from "../../backend/llama/runtime.ts";
import { findPython } from "../../backend/python.ts";
import { EvalhError, messageOf } from "../../core/errors.ts";
import type { CliIo } from "../io.ts";

/** Something that evalh needs or could use, and whether it is there. */
export interface Check {
  readonly name: string;
  /** "needed" checks decide the exit code; the others say what more could be used. */
  readonly importance: "needed" | "optional";
  readonly ok: boolean;
  readonly found: string;
  /** How to mend it. */
  readonly fix: string | null;
}

const LEAST_DISK_GB = 1;
const TIMEOUT_MS = 60_000;

/** Looks at this machine. */
export async function runChecks({ env }: Pick<CliIo, "env">): Promise<Check[]> {
  return [
    nodeCheck(),
    await diskCheck(),
    await onnxCheck(),
    await llamaCheck(env),
    await pythonCheck(env),
    await gpuCheck(),
  ];
}

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const ok = major > 22 || (major === 22 && minor >= 19);
  return { name: "Node", importance: "needed", ok, found: process.versions.node, fix: "install Node 22.19 or newer" };
}

async function diskCheck(): Promise<Check> {
  const { bavail, bsize } = await statfs(".");
  const free = (bavail * bsize) / 1e9;
  return {
    name: "disk",
    importance: "needed",
    ok: free >= LEAST_DISK_GB,
    found: `${free.toFixed(1)} GB free here`,
    fix: "free some space, or run elsewhere with --output",
  };
}

async function onnxCheck(): Promise<Check> {
  const base = {
    name: "onnx backend",
    importance: "needed" as const,
    fix: "run `npm ci` again; onnxruntime-node carries its binaries",
  };
  try {
    const { listSupportedBackends } = await import("onnxruntime-node");
    const devices = listSupportedBackends().map(({ name }) => name);
    return { ...base, ok: devices.includes("cpu"), found: `onnxruntime-node with ${devices.join(", ")}` };
  } catch (error) {
    return { ...base, ok: false, found: messageOf(error).split("\n")[0] ?? "" };
  }
}

async function llamaCheck(env: CliIo["env"]): Promise<Check> {
  const base = { name: "llama backend", importance: "optional" as const };
  try {
    const module = await loadLlama({ secret: (name) => env[name] });
    return { ...base, ok: true, found: `node-llama-cpp ${await module.getModuleVersion()}`, fix: null };
  } catch (error) {
    const fix = error instanceof EvalhError ? (error.hint ?? null) : null;
    return { ...base, ok: false, found: "no node-llama-cpp", fix: `only needed for GGUF models: ${fix}` };
  }
}

const PYTHON_PROBE = `import importlib.metadata as m, json
def v(n):
    try: return m.version(n)
    except m.PackageNotFoundError: return None
print(json.dumps({n: v(n) for n in ("torch", "transformers", "peft", "datasets")}))`;

async function pythonCheck(env: CliIo["env"]): Promise<Check> {
  const base = { name: "Python", importance: "optional" as const };
  const python = findPython((name) => env[name]);
  const version = await output(python, ["--version"]);
  const install = "only needed to fine-tune and for PyTorch checkpoints: evalh doctor --install python";
  if (version === null)
    return { ...base, ok: false, found: `no ${python}`, fix: `${install}, with Python 3.10 or newer` };
  const text = await output(python, ["-c", PYTHON_PROBE]);
  const packages = Object.entries(text === null ? {} : (JSON.parse(text) as Record<string, string | null>));
  const missing = packages.filter(([, found]) => found === null).map(([name]) => name);
  const present = packages.filter(([, found]) => found !== null).map(([name, found]) => `${name} ${found}`);
  const lacking = missing.length === 0 ? [] : [`without ${missing.join(", ")}`];
  return {
    ...base,
    ok: missing.length === 0,
    found: `${[version, ...present, ...lacking].join(", ")} (${python})`,
    fix: install,
  };
}

async function gpuCheck(): Promise<Check> {
  const text = await output("nvidia-smi", ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]);
  return {
    name: "NVIDIA GPU",
    importance: "optional",
    ok: text !== null,
    found: text === null ? "no nvidia-smi" : text.replaceAll("\n", "; "),
    fix: "only needed for GPU work: install the NVIDIA driver",
  };
}

/** Trimmed standard output; null if the program is missing, fails or hangs. */
async function output(program: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(program, [...args], { timeout: TIMEOUT_MS });
    return stdout.trim();
  } catch {
    return null;
  }
}
