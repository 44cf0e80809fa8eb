import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { pythonFolder } from "../../backend/python.ts";
import { EvalhError, messageOf } from "../../core/errors.ts";
import { shippedFile } from "../../core/shipped-file.ts";
import type { CliIo } from "../io.ts";

/**
 * Makes the Python environment of `gpu/python/requirements.txt` below the user's data folder, where backends and
 * trainers find it by themselves. An environment that is there is brought up to date.
 *
 * @throws EvalhError E_MISSING_DEPENDENCY with what failed
 */
export async function installPython(io: Pick<CliIo, "env" | "stderr">): Promise<void> {
  const folder = pythonFolder((name) => io.env[name]);
  const requirements = shippedFile("gpu/python/requirements.txt", import.meta.url);
  await run(["python3", "-m", "venv", folder], io);
  await run([join(folder, "bin", "python"), "-m", "pip", "install", "--requirement", requirements], io);
}

async function run(argv: readonly [string, ...string[]], io: Pick<CliIo, "env" | "stderr">): Promise<void> {
  const [file, ...args] = argv;
  io.stderr.write(`> ${argv.join(" ")}\n`);
  const child = spawn(file, args, { env: { ...io.env }, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.pipe(io.stderr, { end: false });
  child.stderr.pipe(io.stderr, { end: false });
  const failure = await once(child, "close").then(
    ([code]) => (code === 0 ? null : `exit code ${String(code)}`),
    (error: unknown) => messageOf(error),
  );
  if (failure === null) return;
  throw new EvalhError("E_MISSING_DEPENDENCY", `${argv.join(" ")} failed: ${failure}`, {
    hint: "Python 3.10 or newer with venv and pip is needed, and PyPI or a mirror of it (PIP_INDEX_URL)",
  });
}
