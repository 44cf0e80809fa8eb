import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { planStored, resolveCheckpoints } from "../../src/run/resolve-checkpoints.ts";
import { loadSuite } from "../../src/suite/load.ts";
import { makeProject, SUITE } from "../cli/project.ts";

describe("checkpoints of a suite", () => {
  it("are run by the model's backend, a variant by its own where it names one", async () => {
    const suite = `${SUITE}    options: { threads: 1 }
    variants:
      - { path: exports/torch, parent: checkpoint-20, backend: transformers, options: { batch_size: 2 } }
      - { path: exports/int8, parent: checkpoint-20 }
`;
    await using project = await makeProject({ rows: 2, suite });
    for (const name of ["torch", "int8"]) {
      await cp(join(project.folder, "checkpoints/checkpoint-20"), join(project.folder, "exports", name), {
        recursive: true,
      });
    }
    const loaded = await loadSuite(join(project.folder, "suite.yaml"));
    const { checkpoints } = await resolveCheckpoints(loaded);
    const shown = checkpoints.map(({ checkpoint, backend, model }) => [checkpoint.id, backend.name, model.options]);
    expect(shown).toEqual([
      ["tiny/checkpoint-10", "onnx", { threads: 1 }],
      ["tiny/checkpoint-20", "onnx", { threads: 1 }],
      ["tiny/torch", "transformers", { batch_size: 2 }],
      ["tiny/int8", "onnx", { threads: 1 }],
    ]);
    const stored = await planStored(
      loaded,
      checkpoints.map(({ checkpoint }) => checkpoint),
    );
    expect(stored.map(({ backend }) => backend.name)).toEqual(["onnx", "onnx", "transformers", "onnx"]);
  });

  it("cannot be served ones for a variant, whose options are checked by its own backend", async () => {
    const suite = `${SUITE}    variants:
      - { path: checkpoints/checkpoint-20, backend: openai }
      - { path: checkpoints/checkpoint-20, backend: onnx, options: { thread: 1 } }
`;
    await using project = await makeProject({ rows: 2, suite });
    const { code, stderr } = await project.run("validate", "suite.yaml");
    expect(code).toBe(2);
    expect(stderr).toContain("thread");
    expect(stderr.match(/suite\.yaml:\d+/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it("change their digest with the base that adapters belong to", async () => {
    const suite = SUITE.replace("checkpoints: checkpoints/", "checkpoints: checkpoints/\n    base: base");
    await using project = await makeProject({ rows: 2, suite });
    const base = join(project.folder, "base");
    await mkdir(join(base, "onnx"), { recursive: true });
    await cp(join(project.folder, "checkpoints/checkpoint-10"), base, { recursive: true });
    const digests = async (): Promise<(string | null)[]> => {
      const { checkpoints } = await resolveCheckpoints(await loadSuite(join(project.folder, "suite.yaml")));
      return checkpoints.map(({ checkpoint }) => checkpoint.digest);
    };
    const before = await digests();
    expect(await digests()).toEqual(before);
    await writeFile(join(base, "onnx/model.onnx"), "other weights");
    for (const [at, digest] of (await digests()).entries()) expect(digest).not.toBe(before[at]);
  });
});
