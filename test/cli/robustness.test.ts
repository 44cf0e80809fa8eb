import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { scriptedChat } from "../fixtures/servers/scripted-chat.ts";
import { startScripted } from "../fixtures/servers/scripted.ts";
import { makeProject, type Project } from "./project.ts";

interface Estimate {
  readonly value: number;
  readonly n: number;
}
interface Document {
  readonly ship: string;
  readonly rows: readonly { readonly key: string }[];
  readonly checkpoints: readonly { readonly id: string; readonly scores: Readonly<Record<string, Estimate>> }[];
  readonly gates: readonly { readonly outcome: string; readonly against: string | null; readonly name: string }[];
  readonly robustness: {
    readonly rows: readonly {
      readonly key: string;
      readonly perturbation: string;
      readonly changed: number;
      readonly of: number;
      readonly checkpoints: Readonly<
        Record<string, { readonly clean: Estimate; readonly perturbed: Estimate; readonly difference: Estimate }>
      >;
    }[];
    readonly variance: readonly { readonly key: string; readonly prompts: readonly string[] }[];
    readonly broken: readonly {
      readonly clean: { readonly prompt: string };
      readonly perturbed: { readonly prompt: string };
    }[];
  } | null;
}

const suite = (perturb: string, more = ""): string => `suite: quiz
version: 1
tasks:
  - task: continue
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    generate: { max_tokens: 3, temperature: 0 }
    judges: [exact_match]
    perturb: ${perturb}
models:
  - { model: tiny, backend: onnx, checkpoints: checkpoints/ }
${more}`;

const FORMS = `
      - typos
      - keyboard: { aug_char_p: 0.2 }
        as: slips
        repeats: 3
      - case: { style: upper }
      - prompts: ["Q: {{ text }}", "{{ text }}"]`;

/** A project whose right answers are what the model says to the clean prompts. */
async function rightProject(perturb: string, more?: string): Promise<Project> {
  const project = await makeProject({ rows: 10, suite: suite("[]") });
  await project.run("run", "suite.yaml", "--quiet", "--no-report");
  const answers = new Map((await samplesOf(project, await lastRun(project))).map(({ id, output }) => [id, output]));
  const rows = (await readFile(join(project.folder, "data.jsonl"), "utf8")).trim().split("\n");
  const right = rows.map((line) => {
    const row = JSON.parse(line) as { readonly id: string };
    return `${JSON.stringify({ ...row, answer: answers.get(row.id) })}\n`;
  });
  await project.write("data.jsonl", right.join(""));
  await project.write("suite.yaml", suite(perturb, more));
  return project;
}

async function lastRun({ folder }: Project): Promise<string> {
  const runs = join(folder, ".evalh/runs");
  const names = await readdir(runs);
  return join(runs, names.toSorted().at(-1) ?? "");
}

async function samplesOf(_: Project, run: string): Promise<{ id: string; task: string; output: string }[]> {
  const [shard = ""] = await readdir(join(run, "samples"));
  const text = await readFile(join(run, "samples", shard), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; task: string; output: string });
}

const documentOf = (stdout: string): Document => JSON.parse(stdout) as Document;

describe("perturbed samples", () => {
  it("are paired with the clean ones, split their variance, gate the drop, and leave everything else as it is", async () => {
    const gates = `gates:
  - { metric: continue/exact_match, perturbation: case, max_drop: 5 }
  - { metric: continue/exact_match, perturbation: prompts.2, mode: noninferior, max_drop: 40 }
  - { metric: continue/exact_match, perturbation: case, mode: threshold, max: 50 }
`;
    await using project = await rightProject(FORMS, gates);
    const dry = await project.run("run", "suite.yaml", "--dry-run", "--json");
    // 2 checkpoints × 10 samples × (clean, typos, 3 of slips, case, 2 prompts).
    expect(JSON.parse(dry.stdout)).toMatchObject({ requests: 160, rewrites: 0 });
    const { code, stdout, stderr } = await project.run("run", "suite.yaml", "--json");
    expect([stderr.includes("error"), code]).toEqual([false, 1]);
    const found = documentOf(stdout);
    expect(found.rows.map(({ key }) => key)).toEqual(["continue/exact_match"]);
    expect(found.checkpoints[0]?.scores).toMatchObject({ "continue/exact_match": { value: 100, n: 10 } });
    const [first = ""] = found.checkpoints.map(({ id }) => id);
    const rows = found.robustness?.rows ?? [];
    const names = ["typos", "slips", "case", "prompts.1", "prompts.2"];
    expect(rows.map(({ perturbation }) => perturbation)).toEqual(names);
    expect(rows.map(({ changed, of }) => [changed, of])).toEqual([
      [10, 10],
      [30, 30],
      [10, 10],
      [10, 10],
      [10, 10],
    ]);
    const cell = (name: string) => rows.find(({ perturbation }) => perturbation === name)?.checkpoints[first];
    // The last prompt is the clean one again: the same answers, no difference.
    expect(cell("prompts.2")).toMatchObject({ perturbed: { value: 100 }, difference: { value: 0, n: 10 } });
    expect(cell("case")).toMatchObject({ clean: { value: 100, n: 10 }, perturbed: { n: 10 } });
    expect(cell("case")?.difference.value).toBe((cell("case")?.perturbed.value ?? 0) - 100);
    expect(cell("case")?.perturbed.value).toBeLessThan(50);
    expect(found.robustness?.variance).toMatchObject([{ prompts: ["clean", "prompts.1", "prompts.2"] }]);
    expect(
      found.robustness?.broken.some(({ clean, perturbed }) => clean.prompt.toUpperCase() === perturbed.prompt),
    ).toBe(true);
    expect(found.gates.map(({ outcome, against }) => [outcome, against])).toEqual([
      ["fail", "its clean scores"],
      ["pass", "its clean scores"],
      ["pass", null],
    ]);
    const run = await lastRun(project);
    expect(await readFile(join(run, "report.html"), "utf8")).toContain("Do the scores hold in other words?");
    const shown = await project.run("compare");
    expect(shown.stdout).toMatch(/Robustness of checkpoint-\d+ .*\n {2}continue\/exact_match\n {4}typos/u);

    // Judged again, perturbed answers are too.
    const before = await readFile(join(run, "scores.json"), "utf8");
    expect(JSON.parse((await project.run("score", "--json")).stdout)).toMatchObject({ judged: 160 });
    expect(documentOf(before).robustness?.rows).toEqual(
      documentOf((await project.run("compare", "--json")).stdout).robustness?.rows,
    );
  });

  it("are the same after an interruption, and the same whatever else the suite asks", async () => {
    await using project = await makeProject({ rows: 10, suite: suite(FORMS) });
    await project.run("run", "suite.yaml", "--quiet", "--no-report");
    const whole = await lastRun(project);
    const shard = join(whole, "samples", (await readdir(join(whole, "samples")))[0] ?? "");
    const complete = await readFile(shard, "utf8");
    await writeFile(shard, complete.slice(0, Math.floor(complete.length * 0.6)));
    const resumed = await project.run("run", "suite.yaml", "--resume", whole, "--no-cache", "--json", "--no-report");
    expect(resumed.code).toBe(0);
    const bare = (text: string): string[] =>
      text
        .trim()
        .split("\n")
        .map((line) => {
          const { ms: _ms, crc: _crc, ...rest } = JSON.parse(line) as { ms: number; crc: string };
          return JSON.stringify(rest);
        })
        .toSorted();
    expect(bare(await readFile(shard, "utf8"))).toEqual(bare(complete));

    const items = (run: string): Promise<string> => readFile(join(run, "items/continue~slips.test.jsonl"), "utf8");
    const slips = await items(whole);
    await project.write("suite.yaml", suite(FORMS.replace("- typos\n      ", "")));
    await project.run("run", "suite.yaml", "--quiet", "--no-report", "--limit", "4");
    expect(await items(await lastRun(project))).toBe(`${slips.split("\n").slice(0, 4).join("\n")}\n`);
  });

  it("are written by a model that is asked once, also when the run is resumed", async () => {
    await using server = await startScripted(
      scriptedChat((prompt) => `{"text": "again: ${prompt.split("\n").at(-1) ?? ""}"}`),
    );
    const models = `judge_models:
  - { model: writer, backend: openai, url: "${server.origin}" }
`;
    await using project = await makeProject({
      rows: 5,
      suite: suite("[{ paraphrase: { model: writer } }, { back_translation: { from_model: writer } }]", models),
    });
    const dry = await project.run("run", "suite.yaml", "--dry-run", "--json");
    expect(JSON.parse(dry.stdout)).toMatchObject({ requests: 30, rewrites: 15 });
    expect(server.received).toHaveLength(0);
    const ran = await project.run("run", "suite.yaml", "--no-report");
    expect([ran.code, ran.stderr]).toEqual([
      0,
      expect.stringContaining("asking writer to write samples in other words"),
    ]);
    expect(server.received).toHaveLength(15);
    const run = await lastRun(project);
    const items = await readFile(join(run, "items/continue~paraphrase.test.jsonl"), "utf8");
    expect(items).toContain('"prompt":"again: the colour of thing 0 is"');
    const shard = join(run, "samples", (await readdir(join(run, "samples")))[0] ?? "");
    await writeFile(shard, "");
    expect((await project.run("run", "suite.yaml", "--resume", run, "--quiet", "--no-report")).code).toBe(0);
    expect(server.received).toHaveLength(15);
  });
});
