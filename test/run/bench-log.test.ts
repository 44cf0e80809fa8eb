import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it } from "vitest";

import type { LoadResult } from "../../src/load/load-result.ts";
import { appendBench, readBenches } from "../../src/run/bench-log.ts";
import { createRunFolder, runFiles } from "../../src/run/store/run-folder.ts";

it("a measurement comes back as it was, an interval without an upper bound included", async () => {
  const root = await mkdtemp(join(tmpdir(), "evalh-bench-"));
  try {
    const folder = join(root, "run");
    await createRunFolder(folder);
    const unbounded = { value: 12, n: 1, lo: 0, hi: Infinity, method: "one repeat" };
    const bounded = { value: 3, n: 2, lo: 1, hi: 5, method: "t over 2 repeats" };
    const written = {
      format: "evalh-bench/1",
      stages: [{ rates: { requests: unbounded, goodput: bounded, promptTokens: null } }],
    };
    await appendBench(folder, written as unknown as LoadResult);
    expect(await readFile(runFiles.bench(folder), "utf8")).toContain('"hi":null');
    expect(await readBenches(folder)).toMatchObject([written]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
