import { expect, test } from "vitest";

import { sampleNotes } from "../../src/compare/sample-notes.ts";
import { f1 } from "../../judges/f1.ts";
import { kappa } from "../../judges/kappa.ts";

const RECORD = { task: "t", split: "test", i: 0, id: "a", repeat: 0, output: "up", finish: "stop" } as const;

test("an answer's notes say what was read, once, what could not be judged, and what is odd", () => {
  const judges = [f1.create({}, {}), kappa.create({}, {})];
  const stats = { predicted: "up", target: "down" };
  const notes = sampleNotes(
    {
      ...RECORD,
      scores: { f1: stats, kappa: stats },
      unscored: { bleu: { kind: "skipped", reason: "no reference" } },
      warnings: ["truncated", "wrong_script"],
    },
    judges,
  );
  expect(notes).toEqual(["read as up", "bleu skipped: no reference", "! wrong script"]);
  expect(sampleNotes({ ...RECORD, scores: {} }, judges)).toEqual([]);
});
