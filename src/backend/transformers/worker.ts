import type { BackendTarget } from "../../core/backend.ts";
import { EvalhError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { shippedFile } from "../../core/shipped-file.ts";
import { ProgramError, startProgram, type Program } from "../command/program.ts";
import { readOptions } from "../options.ts";
import { findPython } from "../python.ts";

/** What a Python of the user's needs of the environment: where it is, where models lie, which devices to use. */
const ENVIRONMENT = [
  "PATH",
  "HOME",
  "LANG",
  "TMPDIR",
  "VIRTUAL_ENV",
  "LD_LIBRARY_PATH",
  "CUDA_VISIBLE_DEVICES",
  "CUDA_HOME",
  "OMP_NUM_THREADS",
  "HF_HOME",
  "HF_HUB_OFFLINE",
  "HF_TOKEN",
  "TRANSFORMERS_OFFLINE",
  "XDG_CACHE_HOME",
  "PYTORCH_CUDA_ALLOC_CONF",
];
/** Options that the worker is told. */
const WORKER_OPTIONS = new Set([
  "device",
  "dtype",
  "kind",
  "base_model",
  "chat",
  "system",
  "context_window",
  "truncate",
]);

/** gpu/python/worker.py, running. */
export interface Worker {
  /** @throws EvalhError E_BACKEND when the process has ended or what is asked cannot be done at all */
  ask(request: JsonObject, signal: AbortSignal): Promise<JsonObject>;
  /** Ends the process, unless the next checkpoint is to use it. */
  release(): Promise<void>;
}

/** What a worker says of the checkpoint that it has loaded. */
interface Loaded {
  readonly version: string;
  readonly kind: string;
  readonly generates: boolean;
  /** True if the base below an adapter was in memory already. */
  readonly reusedBase: boolean;
}

/** Starts a worker, or takes the one that the checkpoint before has used: with its libraries and, below adapters, its base. */
export async function openWorker(target: BackendTarget): Promise<Worker> {
  const env: Record<string, string> = { PYTHONUNBUFFERED: "1", TOKENIZERS_PARALLELISM: "false" };
  for (const name of ENVIRONMENT) {
    const value = target.secret?.(name);
    if (value !== undefined) env[name] = value;
  }
  // Not an option of the suite, which could then name any program.
  const python = findPython((name) => target.secret?.(name));
  const file = shippedFile("gpu/python/worker.py", import.meta.url);
  const timeout = (readOptions(target.options).number("timeout") ?? 1800) * 1000;
  const start = async (): Promise<Program> =>
    startProgram({ argv: [python, file], env, cwd: target.folder ?? target.path, timeout });
  const program = await (target.keep?.take(`transformers ${timeout}`, start) ?? start());
  return {
    async ask(request, signal) {
      try {
        return await program.ask(request, signal);
      } catch (error) {
        if (!(error instanceof ProgramError)) throw error;
        // The next checkpoint needs a process that lives.
        await target.keep?.drop();
        throw new EvalhError("E_BACKEND", error.message, {
          hint: "`evalh doctor --install python` makes what it needs; EVALH_PYTHON=/path/to/python names another",
          cause: error,
        });
      }
    },
    release: async () => {
      if (target.keep === undefined) await program[Symbol.asyncDispose]();
    },
  };
}

/**
 * Has the worker load the target's checkpoint.
 * @throws EvalhError E_CHECKPOINT if it cannot be loaded
 */
export async function loadInto(worker: Worker, target: BackendTarget, signal: AbortSignal): Promise<Loaded> {
  const told = Object.fromEntries(Object.entries(target.options).filter(([name]) => WORKER_OPTIONS.has(name)));
  const { base = null, folder = null } = target;
  const options = { ...told, base, folder } as JsonObject;
  try {
    const answer = await worker.ask({ type: "load", checkpoint: target.path, options }, signal);
    const { failed, version, kind, generates, reused_base: reused } = answer as Readonly<Record<string, unknown>>;
    if (typeof failed === "string") throw new EvalhError("E_CHECKPOINT", failed);
    return { version: String(version), kind: String(kind), generates: generates === true, reusedBase: reused === true };
  } catch (error) {
    await worker.release();
    throw error;
  }
}
