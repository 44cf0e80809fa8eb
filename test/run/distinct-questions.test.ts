import { describe, expect, it } from "vitest";

import type { Ask } from "../../src/run/ask.ts";
import type { WorkItem } from "../../src/run/batches.ts";
import { distinctQuestions } from "../../src/run/distinct-questions.ts";
import type { ItemRecord } from "../../src/run/store/records.ts";

const signal = new AbortController().signal;

describe("a batch with the same question more than once", () => {
  it("is asked without the copies, and every sample gets its outcome", async () => {
    const asked: string[][] = [];
    const ask: Ask = async function* (batch) {
      asked.push(batch.map(({ item }) => item.prompt));
      for (const [index, { item }] of [...batch.entries()].toReversed()) {
        if (item.prompt === "b") yield { index, kind: "failed", error: { code: "E", message: "no" } };
        else yield { index, kind: "done", value: { text: item.prompt.toUpperCase(), finish: "stop" } };
      }
    };
    const batch = ["a", "b", "a", "c", "b", "a"].map((prompt, i): WorkItem<ItemRecord> => ({
      item: { i, id: `${i}`, prompt, references: [], columns: {} },
      repeat: 0,
    }));
    const found: string[] = [];
    let shared = 0;
    const distinct = distinctQuestions(
      ask,
      ({ prompt }) => prompt,
      (samples) => (shared += samples),
    );
    for await (const outcome of distinct(batch, signal)) {
      expect(found[outcome.index]).toBeUndefined();
      found[outcome.index] = outcome.kind === "done" ? outcome.value.text : "failed";
    }
    expect(found).toEqual(["A", "failed", "A", "C", "failed", "A"]);
    expect(asked).toEqual([["a", "b", "c"]]);
    expect(shared).toBe(3);
  });
});
