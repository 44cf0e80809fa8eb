import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { openScene, type Witness } from "../scene.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** Datasets with faults, checked, cleaned and compared. */
export async function data(witness: Witness): Promise<readonly string[]> {
  await using scene = await openScene(witness, { foreign: /^(?:checkpoints\/|clean\.jsonl$)/u });
  const rows = [
    { id: "a", text: "<p>What is it?</p>", answer: "a thing", mail: "ann@example.com" },
    { id: "b", text: "Which one is larger than the other?", answer: "this", mail: "" },
    { id: "c", text: "which one is larger than the other", answer: "This", mail: "" },
    { id: "d", text: "And this one here?", answer: "", mail: "" },
  ];
  await scene.write("dirty.jsonl", lines(rows));
  await scene.write(
    "later.jsonl",
    lines(rows.toReversed().map((row) => ({ ...row, answer: `${row.answer}!`, more: 1 }))),
  );
  const roles = ["--input", "text", "--reference", "answer"];
  await scene.told("data check --json", "data", "check", "dirty.jsonl", "--train", "later.jsonl", ...roles, "--json");
  const apply = ["--apply", "exact-duplicate", "html", "personal-data", "empty-reference", "--output", "clean.jsonl"];
  await scene.told("data clean --json", "data", "clean", "dirty.jsonl", ...roles, ...apply, "--json");
  await scene.told("data diff --json", "data", "diff", "dirty.jsonl", "later.jsonl", "--json");
  await scene.look();
  return scene.problems;
}

/** Results of other programs, and pairs of output and references. */
export async function scoring(witness: Witness): Promise<readonly string[]> {
  await using scene = await openScene(witness, { foreign: /^checkpoints\// });
  for (const [file, ...more] of [
    ["lm-eval"],
    ["inspect/legs.json"],
    ["promptfoo"],
    ["hf-trainer/summaries"],
    ["wandb-runs/boxes.wandb"],
  ] as const) {
    await scene.told("import --json", "import", join(fixtures, "interop", file, ...more), "--json");
  }
  await scene.told("compare --json", "compare", "--json");
  await scene.write(
    "pairs.jsonl",
    lines([
      { output: "a cat", references: ["the cat"] },
      { output: "so", references: [] },
    ]),
  );
  await scene.told("score --judge --json", "score", "pairs.jsonl", "--judge", "bleu", "exact_match", "--json");
  const text = (name: string): string => join(fixtures, "sacrebleu", name);
  await scene.told(
    "sacrebleu",
    "sacrebleu",
    text("ref.txt"),
    "-i",
    text("a.txt"),
    "-m",
    "bleu",
    "chrf",
    "--confidence",
  );
  await scene.told("sacrebleu", "sacrebleu", text("ref.txt"), "-i", text("a.txt"));
  const two = ["-i", text("a.txt"), text("b.txt"), "--format", "json"];
  await scene.told("sacrebleu", "sacrebleu", text("ref.txt"), ...two);
  await scene.told("sacrebleu", "sacrebleu", text("ref.txt"), ...two, "--paired-bs", "--paired-bs-n", "50");
  await scene.look();
  return scene.problems;
}

/** This machine, and captured outputs of nvidia-smi. */
export async function machine(witness: Witness): Promise<readonly string[]> {
  await using scene = await openScene(witness, { foreign: /^checkpoints\// });
  await scene.told("judges --json", "judges", "--json");
  await scene.told("doctor --json", "doctor", "--json");
  await scene.told("gpu --json", "gpu", "--json");
  for (const name of [
    "dmon.txt",
    "pmon.txt",
    "q_x_mig_v12.xml",
    "q_x_two_training_v13.xml",
    "query_compute_apps.csv",
  ]) {
    const path = join(fixtures, "nvidia-smi", name);
    await scene.told("gpu --json", "gpu", "--from", path, "--json");
    if ((await readFile(path, "utf8")) === "") scene.problems.push(`${name} is empty`);
  }
  return scene.problems;
}
