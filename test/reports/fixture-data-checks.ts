import type { RunDataCheck } from "../../src/compare/data-check.ts";

/** One problem and one note, with hostile text where text of a dataset can stand. */
export const dataChecks: readonly RunDataCheck[] = [
  {
    format: "evalh-data-check/1",
    dataset: "data/test.jsonl",
    revision: { sha256: "5c".repeat(32), fingerprint: null, commit: null },
    isAsked: true,
    rows: 400,
    training_rows: 12_000,
    columns: { input: ["term"], reference: ["title"], id: "id" },
    findings: [
      {
        check: "leakage",
        level: "problem",
        message: "inputs stand in the training data",
        count: 3,
        of: 400,
        evidence: [
          {
            place: { file: "/work-folder/data/test.jsonl", line: 12 },
            ordinal: 11,
            other: { place: { file: "/work-folder/data/train.jsonl", line: 40 }, ordinal: 39 },
            what: "</li><script>alert(1)</script>\u001b[2J",
          },
        ],
        fix: "evalh data clean data/test.jsonl --apply leakage --train data/train.jsonl --output data/test.clean.jsonl",
      },
      {
        check: "coverage",
        level: "note",
        message: "values of chapter are rare",
        count: 9,
        of: 400,
        evidence: [],
        fix: null,
      },
    ],
    leaked_scores: [
      {
        key: "chapter/accuracy",
        checkpoint: "tiny-icd/checkpoint-441",
        all: { value: 61, n: 400, lo: 56.1, hi: 65.7, method: "wilson-95" },
        clean: { value: 60.7, n: 397, lo: 55.8, hi: 65.4, method: "wilson-95" },
        leaked: null,
      },
    ],
  },
];
