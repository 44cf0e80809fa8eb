import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { makeProject, SUITE } from "./project.ts";

interface Document {
  readonly checkpoints: readonly {
    readonly checkpoint: string;
    readonly window: number | null;
    readonly whyNoTokens: string | null;
    readonly warnings: readonly { readonly kind: string; readonly message: string }[];
    readonly prompts: readonly {
      readonly task: string;
      readonly rendered: string;
      readonly tokens: readonly { readonly id: number; readonly piece: string; readonly isSpecial: boolean }[];
      readonly warnings: readonly { readonly kind: string }[];
    }[];
  }[];
}

describe("evalh prompt", () => {
  it("shows the tokens that the backend sends, special ones marked", async () => {
    await using project = await makeProject();
    const done = await project.run("prompt", "suite.yaml", "--task", "continue", "--sample", "2", "--json");
    expect(done.stderr).toBe("");
    const [seen] = (JSON.parse(done.stdout) as Document).checkpoints;
    expect(seen).toMatchObject({ checkpoint: "tiny/checkpoint-20", window: 96, whyNoTokens: null });
    expect(seen?.prompts).toHaveLength(2);
    const tokens = seen?.prompts[0]?.tokens ?? [];
    expect(tokens[0]).toEqual({ id: 1, piece: "<s>", isSpecial: true });
    expect(
      tokens
        .slice(1)
        .map(({ piece }) => piece)
        .join(""),
    ).toBe("the colour of thing 0 is");
    // As many as the run counts.
    await project.run("run", "suite.yaml", "--task", "continue", "--quiet", "--no-report");
    const shown = await project.run("prompt", "suite.yaml", "--task", "continue", "--sample", "1");
    expect(shown.stdout).toContain("1·«<s>»");
    expect(shown.stdout).toContain(`${tokens.length} tokens`);
  });

  it("warns of what does not fit: templates, training, length, other tokenizers", async () => {
    const suite = `${SUITE.replace("{{ text }}", "<s>{{ text }} ").replace("max_tokens: 4", "max_tokens: 90")}training:
  log: losses.csv
  data: { train: data.jsonl, prompt: "Q: {{ text }}", target: "{{ answer }}" }
`;
    await using project = await makeProject({ suite });
    await project.write("losses.csv", "step,train_loss,val_loss\n1,2,3\n2,1,2\n");
    const config = join(project.folder, "checkpoints", "checkpoint-10", "tokenizer_config.json");
    await writeFile(config, (await readFile(config, "utf8")).replace(`"<s>"`, `"<s>", "add_bos_token": true`));
    const done = await project.run("prompt", "suite.yaml", "--task", "continue", "--sample", "1", "--json");
    const [seen] = (JSON.parse(done.stdout) as Document).checkpoints;
    expect(seen?.warnings.map(({ kind }) => kind)).toEqual(["unused-template", "template-mismatch", "too-long"]);
    expect(seen?.warnings[1]?.message).toContain("checkpoint-10: another tokenizer");
    expect(seen?.warnings[2]?.message).toContain("12 of 12 prompts");
    const kinds = seen?.prompts[0]?.warnings.map(({ kind }) => kind);
    expect(kinds).toEqual(["trailing-space", "too-long", "doubled-bos", "training-mismatch"]);
  });

  it("renders the chat template, also from a file of its own, and sees one that opens no turn", async () => {
    await using project = await makeProject({
      suite: SUITE.replace("backend: onnx", "backend: onnx\n    options: { chat: true }"),
    });
    for (const step of [10, 20]) {
      const template = join(project.folder, "checkpoints", `checkpoint-${step}`, "chat_template.jinja");
      await writeFile(template, "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}");
    }
    const done = await project.run("prompt", "suite.yaml", "--task", "continue", "--sample", "1", "--json");
    const [seen] = (JSON.parse(done.stdout) as Document).checkpoints;
    expect(seen?.prompts[0]?.rendered).toBe("<s><user>the colour of thing 0 is");
    expect(seen?.prompts[0]?.warnings.map(({ kind }) => kind)).toEqual(["no-generation-prompt"]);
  });

  it("says why there are no tokens where nothing can make them", async () => {
    await using project = await makeProject();
    for (const step of [10, 20]) {
      const folder = join(project.folder, "checkpoints", `checkpoint-${step}`);
      await rename(join(folder, "tokenizer.json"), join(folder, "elsewhere.json"));
    }
    const done = await project.run("prompt", "suite.yaml", "--sample", "1");
    expect(done.code).toBe(0);
    expect(done.stdout).toContain("no tokens: neither");
    expect(done.stdout).toContain("the colour of thing 0 is");
    const wrong = await project.run("prompt", "suite.yaml", "--checkpoint", "checkpoint-30");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("there are tiny/checkpoint-10, tiny/checkpoint-20");
  });
});

describe("a comparison of two runs", () => {
  it("is refused where they were asked differently, unless that is what is wanted", async () => {
    await using project = await makeProject();
    const run = async (file: string): Promise<string> => {
      const done = await project.run("run", file, "--task", "continue", "--quiet", "--no-report", "--jsonl");
      return /"runId":"([^"]+)"/.exec(done.stdout)?.[1] ?? "";
    };
    const plain = await run("suite.yaml");
    await project.write("stop.yaml", SUITE.replace("temperature: 0 }", `temperature: 0, stop: ["\\n"] }`));
    await project.write("prompt.yaml", SUITE.replace("{{ text }}", "say {{ text }}"));
    const stopped = await run("stop.yaml");
    const prompted = await run("prompt.yaml");
    const refused = await project.run("compare", plain, stopped);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`had stop [], then ["\\n"]`);
    const allowed = await project.run("compare", plain, stopped, "--allow-different");
    expect(allowed.code).toBe(0);
    expect(allowed.stdout).toContain("Not only the model differs");
    const other = await project.run("compare", plain, prompted);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("--allow-different");
    const wanted = await project.run("compare", plain, prompted, "--allow-different");
    expect(wanted.stdout).toContain(`task "continue" had other prompts`);
    expect((await project.run("compare", plain, plain)).code).toBe(0);
  });

  it("is refused where tokenizers differ, and a run says so of its own checkpoints", async () => {
    await using project = await makeProject();
    const run = (): Promise<{ stderr: string }> =>
      project.run("run", "suite.yaml", "--task", "continue", "--checkpoint", "checkpoint-20", "--no-report");
    await run();
    const config = join(project.folder, "checkpoints", "checkpoint-20", "tokenizer_config.json");
    await writeFile(config, (await readFile(config, "utf8")).replace(`"<s>"`, `"<s>", "add_bos_token": true`));
    expect((await run()).stderr).toContain("another tokenizer than checkpoint-10");
    const listed = await project.run("runs", "--json");
    const ids = JSON.parse(listed.stdout) as { readonly runs?: readonly { id: string }[] } | { id: string }[];
    const [second, first] = (Array.isArray(ids) ? ids : (ids.runs ?? [])).map(({ id }) => id);
    const refused = await project.run("compare", first ?? "", second ?? "");
    expect(refused.stderr).toContain("different tokenizers");
    expect(refused.code).toBe(2);
  });
});
