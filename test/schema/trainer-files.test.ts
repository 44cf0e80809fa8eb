import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

import { readTrainingLog } from "../../src/training/index.ts";
import { readTables, validatorOf } from "./tables.ts";

const trainer = fileURLToPath(new URL("../../gpu/python/", import.meta.url));
const run = promisify(execFile);

const python = await run("python3", ["-c", "import sys; assert sys.version_info >= (3, 10)"]).then(
  () => true,
  () => false,
);

/** The trainer's own code for its files, with nothing to train: PyTorch and transformers are not needed for them. */
const SCRIPT = `
import sys, types
from unittest.mock import MagicMock

class Callback: pass
def pretend(name, **members):
    module = types.ModuleType(name)
    module.__getattr__ = lambda wanted: MagicMock() if not wanted.startswith("__") else None
    for key, value in members.items(): setattr(module, key, value)
    sys.modules[name] = module
torch = MagicMock()
torch.cuda.max_memory_allocated.return_value = 3 << 20
sys.modules["torch"] = torch
sys.modules["torch.utils.data"] = MagicMock()
pretend("transformers", TrainerCallback=Callback)

sys.path.insert(0, sys.argv[1])
from train import write_result
from training_callbacks import LineLog

state = types.SimpleNamespace(is_world_process_zero=True, global_step=10, max_steps=40)
log = LineLog(sys.argv[2] + "/evalh/log.jsonl")
for device in ("cpu", "cuda"):
    args = types.SimpleNamespace(device=types.SimpleNamespace(type=device))
    log.on_log(args, state, None, {"loss": 2.5, "grad_norm": float("nan"), "learning_rate": 1e-4, "epoch": 0.5, "note": "x"})
    log.on_log(args, state, None, {"eval_loss": float("inf"), "eval_runtime": 0.1})
log.on_log(args, state, None, {"train_runtime": 3.0, "train_loss": 1.0})
write_result(types.SimpleNamespace(output=sys.argv[2]), types.SimpleNamespace(state=state), sys.argv[3] if len(sys.argv) > 3 else None)
`;

async function filesOf(...reason: string[]): Promise<{ log: string; lines: unknown[]; result: unknown }> {
  const output = await mkdtemp(join(tmpdir(), "evalh-trainer-"));
  try {
    await mkdir(join(output, "evalh"));
    const script = join(output, "files.py");
    await writeFile(script, SCRIPT);
    await run("python3", ["-B", script, trainer, output, ...reason]);
    const text = await readFile(join(output, "evalh/log.jsonl"), "utf8");
    const { points } = await readTrainingLog(join(output, "evalh/log.jsonl"));
    expect(points.map(({ step }) => step)).toEqual([10]);
    const result: unknown = JSON.parse(await readFile(join(output, "evalh/result.json"), "utf8"));
    return {
      log: text,
      lines: text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
      result,
    };
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

describe.skipIf(!python)("what evalh's own trainer writes fits its schemas", () => {
  it("a log with numbers that are none, on GPUs and off", async () => {
    expect((await readTables()).files.map(({ schema }) => schema)).toContain("trainer-log");
    const validate = await validatorOf("trainer-log");
    const { log, lines } = await filesOf();
    expect(lines).toHaveLength(4);
    expect(log).toContain('"grad_norm": "NaN"');
    expect(log).toContain('"gpu_peak_mib": 3');
    expect(log).not.toContain("train_runtime");
    for (const line of lines) expect(validate(line), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...(lines[0] as object), note: "x" })).toBe(false);
  });

  it.each([[[]], [["overfit since step 30"]]])("how it ended: %j", async (reason) => {
    const validate = await validatorOf("trainer-result");
    const { result } = await filesOf(...reason);
    expect(result).toEqual({ step: 10, max_steps: 40, stopped: reason[0] ?? null });
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...(result as object), step: null })).toBe(false);
  });
});
