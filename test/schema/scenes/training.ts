import { existsSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { finished, SUITE } from "../../cli/project.ts";
import { openScene, type Scene, type Witness } from "../scene.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const trainer = join(fixtures, "trainers/overfitting.mjs");
const model = join(fixtures, "models/tiny-lm");

/** Checkpoints are the trainer's, and so is this log: evalh's own trainer, which is Python, has a test of its own. */
const foreign = /^(?:checkpoints\/|out\/checkpoint-|out\/(?:evalh\/)?log\.jsonl$|out\/evalh\/ship\/)/u;
const LOOK = ["--interval", "0.1", "--no-report"] as const;

const suite = `${SUITE.replace("checkpoints: checkpoints/", "checkpoints: out/")}training:
  trainer: hf-trainer
  output: out
  base_model: checkpoints/checkpoint-10
  data: { train: data.jsonl, validation: data.jsonl, prompt: "{{ text }}", target: "{{ answer }}" }
  arguments: { max_steps: 5000 }
  lora: { r: 8 }
`;

/** Stands for a Python with PyTorch: what it is told to run is a trainer without a model, which stops as asked. */
async function pretendPython(scene: Scene): Promise<string> {
  const flags = `--log "$folder/log.jsonl" --stop "$folder/stop"`;
  const script = `#!/bin/sh\nfolder=$(dirname "$2")\nexec "${process.execPath}" "${trainer}" "$folder/.." "${model}" ${flags}\n`;
  await scene.write("python", script);
  const path = join(scene.folder, "python");
  await chmod(path, 0o755);
  return path;
}

/** A training that overfits and is stopped. */
export async function ownTraining(witness: Witness): Promise<readonly string[]> {
  await using scene = await openScene(witness, { rows: 6, suite, foreign });
  const python = await pretendPython(scene);
  const train = ["train", ".", "--python", python] as const;
  await scene.told("train --dry-run --json", ...train, "--dry-run", "--json");
  const child = scene.start(...train, "--json", ...LOOK);
  const end = finished(child);
  while (!existsSync(join(scene.folder, "out/evalh/process.json")) && child.exitCode === null) await wait(20);
  await wait(100);
  await scene.look();
  const { stdout, stderr } = await end;
  if (stdout === "") scene.problems.push(`nothing was trained: ${stderr}`);
  else await scene.hold("train --json", stdout);
  await scene.look();
  return scene.problems;
}

/** A training that somebody else has started, whose last checkpoint is written anew meanwhile. */
export async function watchedTraining(witness: Witness): Promise<readonly string[]> {
  const watched = SUITE.replace("checkpoints: checkpoints/", "checkpoints: checkpoints/");
  await using scene = await openScene(witness, { rows: 6, suite: watched, foreign });
  await scene.told("watch --json", "watch", "checkpoints", "--once", "--json", ...LOOK);
  const config = "checkpoints/checkpoint-20/config.json";
  await scene.write(config, `{ "model_type": "gpt2" }${" ".repeat(20)}`);
  await scene.told("watch --json", "watch", "checkpoints", "--once", "--resume", "--json", ...LOOK);
  const command = ["train", ".", "--allow-code", "--dry-run", "--json"];
  await scene.write("suite.yaml", commandSuite());
  await scene.told("train --dry-run --json", ...command);
  await scene.look();
  return scene.problems;
}

function commandSuite(): string {
  const command = JSON.stringify([process.execPath, trainer, "{output}", model]);
  return `${SUITE.replace("checkpoints: checkpoints/", "checkpoints: out/")}training: { trainer: command, output: out, command: ${command} }\n`;
}
