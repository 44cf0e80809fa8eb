import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder with a program called nvidia-smi, removed when it goes out of scope. */
export interface FakeTool extends AsyncDisposable {
  readonly folder: string;
  readonly command: string;
}

/**
 * Writes an nvidia-smi of our own. The script is bash; `$*` are its arguments, `$LINE` a full line of
 * `--query-gpu` with the fields that evalh asks for.
 */
export async function fakeNvidiaSmi(script: string): Promise<FakeTool> {
  const folder = await mkdtemp(join(tmpdir(), "evalh-smi-"));
  const command = join(folder, "nvidia-smi");
  await writeFile(command, `#!/bin/bash\nLINE="${gpuLine()}"\n${script}\n`);
  await chmod(command, 0o755);
  return { folder, command, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** A line as `--query-gpu` prints it for evalh's fields. */
export function gpuLine(
  values: { readonly index?: number; readonly power?: string; readonly util?: string } = {},
): string {
  const { index = 0, power = "250.50", util = "93" } = values;
  return `${index}, GPU-0${index}, Pretend GPU, 580.1, ${util}, 40, 81559, 551, 2048, 78960, 61, 70, ${power}, [N/A], 700.00, 1755, 2619, 0x0000000000000004, [N/A], P0, 0, Disabled`;
}
