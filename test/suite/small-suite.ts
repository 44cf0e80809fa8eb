import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "vitest";

import { SuiteInvalid, type Problem } from "../../src/suite/diagnostics.ts";
import { loadSuite } from "../../src/suite/load.ts";
import { scratch } from "../dataset/scratch.ts";

/** The task of the suite below. */
export const task = `
  - task: t
    dataset: data.jsonl
    prompt: "{{ q }}"
    references: "{{ a }}"
    judges: [exact_match]
    slices: [level]`;
/** A small suite without mistakes. */
export const valid = `suite: s
version: 1
tasks:${task}
models:
  - model: m
    backend: onnx
    checkpoints: ckpt
`;

/** What it needs in its folder. */
export const files = {
  "data.jsonl": '{"q": "1+1", "a": "2", "level": "easy", "split": "x"}\n',
  "ckpt/config.json": "{}",
  "log/trainer_state.json": "{}",
};

/** The problems of a suite in a folder with data and a checkpoint; none if it loads. */
export async function problemsOf(
  text: string,
  { allowOutside = false, folder = scratch(files) } = {},
): Promise<readonly Problem[]> {
  writeFileSync(join(folder, "suite.yaml"), text);
  try {
    await loadSuite(join(folder, "suite.yaml"), { allowOutside });
    return [];
  } catch (error) {
    if (!(error instanceof SuiteInvalid)) throw error;
    return error.problems;
  }
}

/** The one problem of a suite as "line:column pointer message — hint". */
export async function problemOf(text: string, options?: Parameters<typeof problemsOf>[1]): Promise<string> {
  const problems = await problemsOf(text, options);
  const lines = problems.map(({ line, column, pointer, message, hint }) =>
    [`${line}:${column} ${pointer} ${message}`, ...(hint === undefined ? [] : [hint])].join(" — "),
  );
  expect(lines).toHaveLength(1);
  return lines[0] ?? "";
}

/** The suite with one part replaced. */
export const change = (from: string, to: string): string => {
  expect(valid).toContain(from);
  return valid.replace(from, to);
};
