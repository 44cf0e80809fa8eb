import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { finished } from "./project.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

interface Result {
  readonly verdict: { readonly kind: string; readonly since: { readonly lo: number; readonly hi: number } };
  readonly checkpoints: readonly {
    readonly step: number;
    readonly val_loss: number | null;
    readonly scores: Readonly<Record<string, { readonly value: number; readonly n: number }>>;
  }[];
}

/** Runs the shipped suite in an empty folder. */
async function runSuite(...flags: string[]): Promise<{ code: number | null; result: Result; stderr: string }> {
  const cwd = await mkdtemp(join(tmpdir(), "evalh-icd-"));
  try {
    const child = spawn(process.execPath, [main, "run", "icd-coding", "--json", "--quiet", "--no-report", ...flags], {
      cwd,
    });
    const { code, stdout, stderr } = await finished(child);
    return { code, stderr, result: JSON.parse(stdout) as Result };
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

describe("the suite icd-coding", () => {
  it("scores a checkpoint as onnxruntime and rouge-score do in Python (training/README.md)", async () => {
    const { code, result, stderr } = await runSuite("--checkpoint", "checkpoint-940");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const scores = result.checkpoints[0]?.scores ?? {};
    expect(scores["chapter/accuracy"]).toMatchObject({ value: 62.5, n: 400 });
    expect(scores["title/exact_match"]?.value).toBeCloseTo(5, 1);
    // Python stopped at 40 tokens and this suite at 32: a few long answers differ.
    expect(scores["title/rougeL"]?.value).toBeGreaterThan(32.1);
    expect(scores["title/rougeL"]?.value).toBeLessThan(32.5);
  });

  it("has eight checkpoints and two variants, joined with the losses of the log", async () => {
    const { code, result } = await runSuite("--limit", "6");
    expect(code).toBe(0);
    expect(result.checkpoints.map(({ step }) => step)).toEqual([0, 94, 188, 376, 470, 752, 940, 1316, 940, 940]);
    expect(result.checkpoints[2]?.val_loss).toBeCloseTo(1.482, 3);
    expect(result.verdict).toEqual({ kind: "overfit", since: { lo: 188, hi: 282 } });
  });
});
