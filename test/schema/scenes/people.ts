import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";

import { queueSample } from "../../../src/human/queue.ts";
import { chatAnswer } from "../../fixtures/servers/scripted-chat.ts";
import { startScripted, type Behaviour, type Received } from "../../fixtures/servers/scripted.ts";
import { openScene, type Scene, type Witness } from "../scene.ts";

/** Two models on one server, which never answer the same: equal answers are ties that nobody is asked about. */
const suite = (origin: string): string => `suite: two
version: 1
tasks:
  - task: continue
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    judges: [exact_match, rouge]
    slices: [kind]
models:
  - { model: brief, backend: openai, url: "${origin}", options: { model: brief } }
  - { model: wordy, backend: openai, url: "${origin}", options: { model: wordy } }
`;

function twoModels({ body }: Received): Behaviour {
  const { model, messages } = JSON.parse(body) as { model: string; messages: { content: string }[] };
  return chatAnswer(`${model}, on ${messages.at(-1)?.content.length ?? 0} characters`);
}

const FORMATS = ["evalh", "label-studio", "prodigy", "prodigy-compare", "argilla"];

interface Sheet {
  readonly id: string;
  readonly items: readonly { readonly id: string }[];
}

/** A Label Studio that keeps the tasks it gets, all of them judged by one annotator. */
async function startStudio(): Promise<AsyncDisposable & { readonly url: string }> {
  const tasks: object[] = [];
  const result = [{ from_name: "value", value: { choices: ["A"] } }];
  const annotations = [{ completed_by: "eve@example.com", lead_time: 3.5, result }];
  const answerTo = (path: string, body: string): object => {
    if (path.startsWith("/api/current-user")) return { email: "ann@example.com" };
    if (path === "/api/projects/") return { id: 7 };
    if (path.startsWith("/api/tasks")) return { total: tasks.length, tasks };
    const sent = JSON.parse(body) as { readonly data: object }[];
    for (const { data } of sent) tasks.push({ id: tasks.length, data, annotations });
    return { task_count: sent.length };
  };
  const server = createServer((request, response) => {
    void text(request).then((body) =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(answerTo(request.url ?? "", body))),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await promisify(server.close.bind(server))();
    },
  };
}

/** Serves a sheet, looks at the lock meanwhile, and answers an item as the page does. */
async function serve(scene: Scene, { id, items }: Sheet): Promise<void> {
  const child = scene.start("human", "serve", "--sheet", id, "--rater", "cat", "--json");
  let printed = "";
  child.stdout?.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  while (!printed.includes("\n")) await once(child.stdout ?? child, "data");
  const told = (await scene.hold("human serve --json", printed)) as { links: { cat: string } };
  const answer = { id: items[0]?.id, value: "A", note: "clearer", seconds: 2.5 };
  const headers = { "content-type": "application/json" };
  const { status } = await fetch(`${told.links.cat}answers`, { method: "POST", headers, body: JSON.stringify(answer) });
  if (status !== 204) scene.problems.push(`the page's answer was not taken: ${status}`);
  await scene.look();
  const ended = once(child, "exit");
  child.kill("SIGINT");
  await ended;
}

/** Sheets in every format, answers by every way, and what they come to. */
export async function people(witness: Witness): Promise<readonly string[]> {
  await using studio = await startStudio();
  await using served = await startScripted(twoModels);
  const env = { LABEL_STUDIO_API_KEY: "0123456789abcdef" };
  await using scene = await openScene(witness, {
    rows: 24,
    suite: suite(served.origin),
    env,
    foreign: /^checkpoints\//,
  });
  await scene.run("run", "suite.yaml", "--quiet", "--no-report");
  const [run = ""] = await readdir(join(scene.folder, ".evalh/runs"));
  const folder = join(scene.folder, ".evalh/runs", run);
  await queueSample(folder, { task: "continue", sample: "q3" });
  const rating = [
    "human",
    "export",
    "--form",
    "rating",
    "--checkpoint",
    "wordy/served",
    "--stratify",
    "kind",
    "--json",
  ];
  await scene.told("human export --json", ...rating, "--dry-run");
  await scene.told("human export --json", ...rating, "-n", "8", "--format", "evalh", "label-studio", "argilla");
  const [rated] = await sheets(folder);
  if (rated === undefined) return ["no sheet was made"];
  const answers = ["ann", "bob"].flatMap((rater, shift) =>
    rated.items.map(({ id }, i) => ({ id, rater, value: 1 + ((i + shift) % 5), note: "fine", seconds: 2.5 })),
  );
  await scene.write("answers.jsonl", answers.map((answer) => `${JSON.stringify(answer)}\n`).join(""));
  await scene.told("human import --json", "human", "import", "answers.jsonl", "--json");
  await scene.told("human stats --json", "human", "stats", "--json");
  await pairs(scene, { folder, url: studio.url });
  await scene.told("compare --json", "compare", "--json");
  await scene.look();
  return scene.problems;
}

/** A sheet of pairs: served, and sent to a Label Studio. */
async function pairs(scene: Scene, { folder, url }: { readonly folder: string; readonly url: string }): Promise<void> {
  const known = new Set((await sheets(folder)).map(({ id }) => id));
  const both = ["--checkpoint", "brief/served", "wordy/served"];
  const args = [...both, "--form", "pairwise", "-n", "6", "--repeat", "0", "--json", "--format", ...FORMATS];
  await scene.told("human export --json", "human", "export", ...args);
  const sheet = (await sheets(folder)).find(({ id }) => !known.has(id));
  if (sheet === undefined) throw new Error("no sheet of pairs was made");
  await serve(scene, sheet);
  await scene.told("human push --json", "human", "push", "--sheet", sheet.id, "--label-studio", url, "--json");
  await scene.told("human pull --json", "human", "pull", "--sheet", sheet.id, "--json");
  await scene.told("human stats --json", "human", "stats", "--sheet", sheet.id, "--json");
}

async function sheets(folder: string): Promise<Sheet[]> {
  const names = (await readdir(join(folder, "human"))).filter((name) => name.endsWith(".sheet.json"));
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, "human", name), "utf8")) as Sheet),
  );
}
