import { cp, rm } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { makeProject } from "../cli/project.ts";
import { pythonOf } from "./environment.ts";
import { storedAnswers } from "./stored.ts";
import { PICK } from "./tiny-llama.ts";
import { makeZoo, writeWrapper, type Expected } from "./zoo.ts";

const python = pythonOf("ml");

describe.skipIf(python === null)("suites of Hugging Face checkpoints", () => {
  let zoo = "";
  let expected: Expected;
  beforeAll(async () => {
    ({ folder: zoo, expected } = await makeZoo(python ?? ""));
  });
  afterAll(() => rm(zoo, { recursive: true, force: true }));

  it("whose worker is killed end in an error, and the others go on", async () => {
    const suite = `suite: killed
version: 1
tasks:
${PICK}models:
  - model: tiny
    backend: transformers
    base: base
    checkpoints: checkpoints/
`;
    await using project = await makeProject({
      rows: 6,
      suite,
    });
    await rm(join(project.folder, "checkpoints"), { recursive: true });
    await cp(join(zoo, "adapters"), join(project.folder, "checkpoints"), { recursive: true });
    await cp(join(zoo, "causal"), join(project.folder, "base"), { recursive: true });
    // A Python that kills itself in the first checkpoint's first batch.
    const wrapper = join(project.folder, "mortal");
    await writeWrapper(wrapper, python ?? "", [
      "import worker_score",
      "whole = worker_score.score",
      "def score(model, requests):",
      '    if not os.path.exists("killed"):',
      '        open("killed", "w").close()',
      "        os.kill(os.getpid(), signal.SIGKILL)",
      "    return whole(model, requests)",
      "worker_score.score = score",
    ]);
    process.env["EVALH_PYTHON"] = wrapper;
    try {
      const { code, stdout, stderr } = await project.run("run", "suite.yaml");
      expect({ code, stdout, stderr }).toMatchObject({ code: 3 });
      expect(stderr).toContain("checkpoint-10 was not evaluated");
      expect(stderr).toContain("SIGKILL");
      expect(stdout).toContain("checkpoint-20");
      const resumed = await project.run("run", "suite.yaml", "--resume");
      expect({ resumed }).toMatchObject({ resumed: { code: 0 } });
    } finally {
      delete process.env["EVALH_PYTHON"];
    }
  });

  it("that match images run as a task of a suite whose rows name image files", async () => {
    const suite = `suite: images
version: 1
tasks:
  - task: caption
    kind: choice
    dataset: { path: images.jsonl, id: image }
    prompt: "{{ image }}"
    references: "{{ caption }}"
    choices: ${JSON.stringify(expected.captions)}
    judges: [accuracy]
models:
  - model: clip
    backend: transformers
    checkpoints: clip/
`;
    await using project = await makeProject({ suite });
    await cp(join(zoo, "image-text"), join(project.folder, "clip"), { recursive: true });
    await cp(join(zoo, "images"), join(project.folder, "images"), { recursive: true });
    const rows = ["red", "green", "blue"].map((name, at) => ({
      image: `images/${name}.png`,
      caption: expected.captions[at],
    }));
    await project.write("images.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    process.env["EVALH_PYTHON"] = python ?? "";
    try {
      const { code, stdout, stderr } = await project.run("run", "suite.yaml", "--json");
      expect({ code, stderr, stdout }).toMatchObject({ code: 0 });
      const answers = storedAnswers(project.folder);
      for (const { id, output } of answers) {
        const row = expected["image-text"][id] ?? [];
        expect(output, id).toBe(expected.captions[row.indexOf(Math.max(...row))]);
      }
      expect(answers).toHaveLength(3);
    } finally {
      delete process.env["EVALH_PYTHON"];
    }
  });
});
