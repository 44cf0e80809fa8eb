import { execFile } from "node:child_process";
import { cp, mkdir, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import { SUITE } from "../../cli/project.ts";
import { fakeNvidiaSmi } from "../../gpu/fake-nvidia-smi.ts";
import { openScene, type Scene, type Witness } from "../scene.ts";

const REST = `    variants:
      - { path: small/, parent: checkpoint-20, label: small }
training: { log: losses.csv, data: { train: learned.jsonl, target: "{{ answer }}" } }
gates:
  - { metric: pick/accuracy, max_drop: 5 }
  - { metric: overfit, mode: threshold, severity: warn }
  - { metric: continue/rougeL, mode: threshold, min: 0, slice: kind=odd }
  - { metric: continue/exact_match, perturbation: typos, max_drop: 10 }
`;

const suite = SUITE.replaceAll(
  "dataset: { path: data.jsonl, id: id }",
  "dataset: { path: data.jsonl, id: id, validation: data.jsonl, train: learned.jsonl }",
)
  .replace("slices: [kind]", "slices: [kind]\n    perturb: [typos, { keyboard: {}, repeats: 2 }]")
  .concat(REST);

async function givenData(scene: Scene): Promise<void> {
  const losses = [3, 2.2, 1.9, 2.1, 2.4, 2.9, 3.3].map((loss, i) => `${i * 10},${3 - i * 0.45},${loss}`);
  await scene.write(
    "losses.csv",
    ["step,train_loss,val_loss,accuracy", ...losses.map((line) => `${line},0.5`)].join("\n"),
  );
  const rows = Array.from({ length: 12 }, (_, i) => ({
    id: `l${i}`,
    text: `thing ${i}`,
    answer: `shade ${i}`,
    pick: "red",
    kind: "even",
  }));
  await scene.write("learned.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  await mkdir(join(scene.folder, "small"));
  await cp(join(scene.folder, "checkpoints/checkpoint-20"), join(scene.folder, "small/checkpoint-20-small"), {
    recursive: true,
  });
}

/** A run with two splits and more, perturbed forms, gates, a variant, training data, a GPU; and what reads it. */
export async function evaluation(witness: Witness): Promise<readonly string[]> {
  await using tool = await fakeNvidiaSmi('while true; do echo "$LINE"; sleep 0.2; done');
  const PATH = `${tool.folder}${delimiter}${process.env["PATH"] ?? ""}`;
  const foreign = /^(?:checkpoints|small)\//u;
  await using scene = await openScene(witness, { suite, env: { PATH }, foreign });
  await givenData(scene);
  await scene.told("validate --json", "validate", "suite.yaml", "--json");
  await scene.told("prompt --json", "prompt", "suite.yaml", "--json");
  await scene.told("run --dry-run --json", "run", "suite.yaml", "--dry-run", "--json");
  await scene.told("run --jsonl", "run", "suite.yaml", "--jsonl", "--no-report");
  await scene.run("baseline", "update", "--accept", "the first");
  await scene.told("run --json", "run", "suite.yaml", "--json", "--no-report");
  const [first = "", second = ""] = await readdir(join(scene.folder, ".evalh/runs"));
  await scene.told("baseline show --json", "baseline", "show", "--json");
  await scene.told("gate --json", "gate", "--json");
  await scene.told(
    "data check --json",
    "data",
    "check",
    "data.jsonl",
    "--train",
    "learned.jsonl",
    "--run",
    first,
    "--json",
  );
  await scene.told("compare --json", "compare", first, "--json");
  await scene.told("compare --json", "compare", first, second, "--json");
  await scene.told("runs --json", "runs", "--json");
  await scene.told("diagnose --json", "diagnose", join(".evalh/runs", first), "losses.csv", "data.csv", "--json");
  await scene.told("score --json", "score", second, "--json");
  for (const [format, output] of [
    ["json", "comparison.json"],
    ["benchmark", "benchmark.json"],
    ["otel", "otel.jsonl"],
    ["inspect", "logs"],
  ] as const) {
    await scene.run("report", first, "--format", format, "-o", output);
  }
  await scene.told("cache stats --json", "cache", "stats", "--json");
  await scene.look();
  await scene.told("cache clear --json", "cache", "clear", "--json");
  return scene.problems;
}

/** A run that asks until its gates are decided, and one with a checkpoint that cannot be loaded. */
export async function trouble(witness: Witness): Promise<readonly string[]> {
  const gates = "gates:\n  - { metric: pick/accuracy, mode: threshold, min: 1 }\n";
  await using scene = await openScene(witness, { rows: 40, suite: SUITE + gates, foreign: /^checkpoints\// });
  await scene.told(
    "run --jsonl",
    "run",
    "suite.yaml",
    "--until-decided",
    "--checkpoint",
    "20",
    "--jsonl",
    "--no-report",
  );
  await scene.write("checkpoints/checkpoint-10/onnx/model.onnx", "no model");
  await scene.told("run --jsonl", "run", "suite.yaml", "--jsonl", "--no-report");
  await scene.told("compare --json", "compare", "--json");
  await scene.look();
  return scene.problems;
}

/** A baseline that is committed twice. */
export async function history(witness: Witness): Promise<readonly string[]> {
  await using scene = await openScene(witness, { foreign: /^(?:checkpoints|\.git)\// });
  const git = (...args: string[]) =>
    promisify(execFile)("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], { cwd: scene.folder });
  await git("init", "-q");
  for (const reason of ["the first", "the second"]) {
    await scene.run("run", "suite.yaml", "--quiet", "--no-report");
    await scene.run("baseline", "update", "--accept", reason);
    await git("add", "evalh.baseline.json");
    await git("commit", "-q", "-m", reason);
  }
  await scene.told("history --json", "history", "--json");
  await scene.look();
  return scene.problems;
}
