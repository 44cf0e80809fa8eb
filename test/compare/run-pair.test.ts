import { describe, expect, it } from "vitest";

import { compareRuns, type RunSide } from "../../src/compare/run-pair.ts";
import { readRun } from "../../src/compare/run-data.ts";
import { answerTo, makeRun, type MadeRun } from "../fixtures/runs/make-run.ts";
import { gateOf } from "../fixtures/runs/gate.ts";

const CHECKPOINT = "toy/checkpoint-1";

async function side(right: number, extra: Partial<MadeRun> = {}): Promise<RunSide> {
  const folder = await makeRun({
    n: 80,
    checkpoints: [
      { name: "checkpoint-0", step: 0, answer: () => "nothing" },
      { name: "checkpoint-1", step: 1, answer: (i) => (i < right ? answerTo(i) : `wrong ${right}`) },
    ],
    ...extra,
  });
  return { data: await readRun(folder), checkpoint: CHECKPOINT };
}

describe("two runs", () => {
  it("are paired sample by sample, the second against the first", async () => {
    const { comparison, samples } = await compareRuns(
      await side(60, { id: "toy-1-aaaa" }),
      await side(40, { id: "toy-2-bbbb", gates: [gateOf({ maxDrop: 5 }), gateOf({ mode: "threshold", min: 99 })] }),
    );
    expect(comparison.checkpoints.map(({ id }) => id)).toEqual(["toy/checkpoint-1@aaaa", "toy/checkpoint-1@bbbb"]);
    expect(comparison.cells["quiz/exact_match"]?.[1]?.difference).toMatchObject({ value: -25, broken: 20, fixed: 0 });
    expect(comparison.summary[0]).toBe(
      "toy/checkpoint-1@bbbb against toy/checkpoint-1@aaaa: worse in quiz/exact_match −25.0.",
    );
    expect(comparison.gates).toMatchObject([{ outcome: "fail", checkpoint: "toy/checkpoint-1@bbbb" }]);
    const views = [];
    for await (const view of samples.samples()) views.push(view);
    expect(views).toHaveLength(80);
    expect(views[50]?.outputs.map((output) => output?.text)).toEqual([answerTo(50), "wrong 40"]);
  });

  it("that say the same show no difference, even under the same name", async () => {
    const { comparison } = await compareRuns(await side(60), await side(60));
    expect(comparison.verdict.kind).toBe("pass");
    expect(comparison.summary[0]).toContain("no significant difference");
    expect(new Set(comparison.checkpoints.map(({ id }) => id)).size).toBe(2);
  });

  it("that were asked or judged differently are refused with the reason", async () => {
    await expect(compareRuns(await side(60), await side(60, { digest: "1" }))).rejects.toMatchObject({
      code: "E_NOT_COMPARABLE",
      message: expect.stringContaining("the samples or the prompt") as string,
    });
    await expect(compareRuns(await side(60), await side(60, { judges: ["chrf"] }))).rejects.toMatchObject({
      code: "E_NOT_COMPARABLE",
    });
  });
});
