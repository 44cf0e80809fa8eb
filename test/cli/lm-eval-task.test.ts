import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { scriptedChat } from "../fixtures/servers/scripted-chat.ts";
import { startScripted } from "../fixtures/servers/scripted.ts";
import { makeProject } from "./project.ts";

const fixtures = fileURLToPath(new URL("../fixtures/lm-eval/", import.meta.url));

interface Result {
  readonly checkpoints: readonly {
    readonly scores: Readonly<Record<string, { readonly value: number; readonly n: number }>>;
  }[];
}

describe("a task file of lm-evaluation-harness", () => {
  it("is run as it is on a served model", async () => {
    await using server = await startScripted(
      scriptedChat((prompt) => `The answer is ${prompt.includes("boat") ? "anchor" : "none"}`),
    );
    await using project = await makeProject();
    await cp(fixtures, join(project.folder, "tasks"), { recursive: true });
    const args = ["run", "tasks/generate.yaml", "--no-report", "--quiet", "--json"];
    const bare = await project.run(...args);
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining("names no model")]);
    const { code, stdout } = await project.run(...args, "--base-url", server.origin);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Result).checkpoints[0]?.scores).toMatchObject({
      "riddles/strict": { value: 25, n: 4 },
      "riddles/flexible": { value: 25, n: 4 },
    });
  });

  it("becomes a suite whose samples each have their own choices", async () => {
    await using project = await makeProject();
    await cp(fixtures, join(project.folder, "tasks"), { recursive: true });
    const made = await project.run(
      "import-task",
      "tasks/choice.yaml",
      "tasks/rolling.yaml",
      "--checkpoints",
      "checkpoints",
      "-o",
      "made.yaml",
    );
    expect([made.code, made.stdout]).toEqual([0, "wrote made.yaml; next: evalh run made.yaml\n"]);
    const { code, stdout } = await project.run("run", "made.yaml", "--no-report", "--quiet", "--json");
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Result).checkpoints[0]?.scores).toMatchObject({
      "options/accuracy": { n: 4 },
      "options/acc_norm": { n: 4 },
      "passages/bits_per_byte": { n: 4 },
    });
    const again = await project.run(
      "import-task",
      "tasks/choice.yaml",
      "--checkpoints",
      "checkpoints",
      "-o",
      "made.yaml",
    );
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("is there already")]);
  });
});
