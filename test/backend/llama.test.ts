import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { loadPeer } from "../../src/backend/peer.ts";
import { makeProject, SUITE } from "../cli/project.ts";
import { ggufFile } from "../fixtures/models/gguf-file.ts";

let folder = "";
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "evalh-peer-"))));
afterEach(() => rm(folder, { recursive: true }));

describe("the llama backend", () => {
  it("says how to install node-llama-cpp where it is missing", async () => {
    const suite = SUITE.replace(
      "backend: onnx\n    checkpoints: checkpoints/",
      "backend: llama\n    checkpoints: model.gguf",
    );
    await using project = await makeProject({ rows: 2, suite });
    await writeFile(join(project.folder, "model.gguf"), ggufFile({ "general.architecture": "llama" }, []));
    const { code, stderr } = await project.run("run", "suite.yaml");
    expect(code).toBe(3);
    expect(stderr).toContain("the backend llama needs the package node-llama-cpp, which is not installed");
    expect(stderr).toMatch(/npm install node-llama-cpp@\d+\.\d+\.\d+/);
  });
});

describe("optional packages", () => {
  it("are found in the folders of NODE_PATH, and their own failures are not taken for their absence", async () => {
    const wanted = { name: "peer-of-a-test", version: "1.0.0", wantedBy: "the test" };
    const root = join(folder, wanted.name);
    await mkdir(root);
    await writeFile(join(root, "package.json"), JSON.stringify({ type: "module", main: "entry.js" }));
    await writeFile(join(root, "entry.js"), "export const answer = 42;");
    const nodePath = `/nowhere:${folder}`;
    expect(await loadPeer<{ answer: number }>({ ...wanted, nodePath })).toMatchObject({ answer: 42 });
    await writeFile(join(root, "package.json"), JSON.stringify({ type: "module", main: "broken.js" }));
    await writeFile(join(root, "broken.js"), "import './missing.js';");
    const broken = loadPeer({ ...wanted, nodePath });
    await expect(broken).rejects.toThrow("missing.js");
  });
});
