import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { makeProject, type Finished, type Project } from "../cli/project.ts";
import { pythonOf } from "./environment.ts";
import { freePorts } from "./service.ts";

const python = pythonOf("labelstudio");
/** Starting it makes a database of some hundred migrations. */
const START_MS = 600_000;
const ITEMS = 100;
const RATERS = 3;

type Json = Record<string, unknown>;

describe.skipIf(python === null)("a real Label Studio", () => {
  const token = randomBytes(20).toString("hex");
  let url = "";
  let data = "";
  let server: ChildProcess;
  let project: Project;
  let log = "";

  async function call(path: string, body?: unknown): Promise<Json> {
    const reply = await fetch(url + path, {
      headers: { authorization: `Token ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${(await reply.text()).slice(0, 300)}`);
    return (await reply.json()) as Json;
  }

  const evalh = async (...args: string[]): Promise<Finished> => {
    const done = await project.run(...args);
    if (done.code !== 0) throw new Error(done.stderr);
    return done;
  };

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    data = await mkdtemp(join(tmpdir(), "evalh-label-studio-"));
    const args = ["start", "--no-browser", "--internal-host", "127.0.0.1", "--port", String(port)];
    const account = ["--username", "ann@example.com", "--password", randomBytes(8).toString("hex")];
    server = spawn(
      join(dirname(python ?? ""), "label-studio"),
      [...args, ...account, "--user-token", token, "--enable-legacy-api-token"],
      {
        // A group of its own: its workers end with it.
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...process.env,
          COLLECT_ANALYTICS: "False",
          SENTRY_DSN: "",
          FRONTEND_SENTRY_DSN: "",
          LATEST_VERSION_CHECK: "false",
          LABEL_STUDIO_BASE_DATA_DIR: data,
        },
      },
    );
    server.stdout?.on("data", (chunk) => (log += String(chunk)));
    server.stderr?.on("data", (chunk) => (log += String(chunk)));
    for (let waited = 0; ; waited += 500) {
      if (server.exitCode !== null || waited > START_MS) throw new Error(`Label Studio did not start: ${log}`);
      if ((await fetch(`${url}/health`).catch(() => null))?.ok === true) break;
      await setTimeout(500);
    }
    project = await makeProject({ rows: ITEMS, env: { LABEL_STUDIO_API_KEY: token } });
    await evalh("run", "suite.yaml", "--quiet", "--no-report");
    await evalh(
      "human",
      "export",
      "--form",
      "rating",
      "-n",
      "91",
      "--repeat",
      "0.1",
      "--checkpoint",
      "20",
      "-o",
      "sheet",
    );
  }, START_MS + 120_000);

  afterAll(async () => {
    if (server?.pid !== undefined && server.exitCode === null) {
      const ended = once(server, "exit");
      process.kill(-server.pid, "SIGKILL");
      await ended;
    }
    await project?.[Symbol.asyncDispose]();
    await rm(data, { recursive: true, force: true });
  });

  it(
    "is sent 100 items once, annotated by three people, pulled and scored without loss",
    { timeout: 600_000 },
    async () => {
      const pushed = JSON.parse(
        (await evalh("human", "push", "--label-studio", url, "--annotators", "3", "--json")).stdout,
      ) as {
        project: number;
        sent: number;
      };
      expect(pushed).toMatchObject({ sent: ITEMS, known: 0 });
      // Pushing again finds everything there.
      const again = await evalh("human", "push", "--label-studio", url, "--json");
      expect(JSON.parse(again.stdout)).toMatchObject({ project: pushed.project, sent: 0, known: ITEMS });

      const raters = [1];
      for (const name of ["bob", "eve"]) {
        const made = await call("/api/users/", {
          email: `${name}@example.com`,
          username: name,
          password: "a-long-one-7",
        });
        raters.push(Number(made["id"]));
      }
      const listed = await call(`/api/tasks?project=${pushed.project}&page=1&page_size=200&fields=all`);
      const tasks = listed["tasks"] as { id: number; data: { evalh_id: string } }[];
      expect(tasks).toHaveLength(ITEMS);
      for (const [index, { id }] of tasks.entries()) {
        for (const [rater, completedBy] of raters.entries()) {
          const rating = 1 + ((index + (rater === 2 ? index : 0)) % 5);
          await call(`/api/tasks/${id}/annotations/`, {
            completed_by: completedBy,
            lead_time: 2.5,
            result: [
              { from_name: "value", to_name: "answer_a", type: "rating", value: { rating } },
              { from_name: "note", to_name: "prompt", type: "textarea", value: { text: ["=1+1 <b>"] } },
            ],
          });
        }
      }
      // Skipped by somebody: no answer.
      await call(`/api/tasks/${tasks[0]?.id}/annotations/`, {
        completed_by: raters[0],
        was_cancelled: true,
        result: [],
      });

      const pulled = await evalh("human", "pull", "--json");
      expect(JSON.parse(pulled.stdout)).toMatchObject({ added: ITEMS * RATERS, known: 0, raters: raters.map(String) });
      expect(JSON.parse((await evalh("human", "pull", "--json")).stdout)).toMatchObject({
        added: 0,
        known: ITEMS * RATERS,
      });

      // What its own JSON export says is the same.
      const exported = await call(`/api/projects/${pushed.project}/export?exportType=JSON&download_all_tasks=true`);
      await project.write("export.json", JSON.stringify(exported));
      const imported = await evalh("human", "import", "export.json", "--json");
      expect(JSON.parse(imported.stdout)).toMatchObject({ added: 0, known: ITEMS * RATERS });

      const stats = JSON.parse((await evalh("human", "stats", "--json")).stdout) as Json;
      expect(stats).toMatchObject({ judged: 91, items: 91, agreement: { raters: RATERS, items: 91 } });
      const compared = JSON.parse((await evalh("compare", "--json")).stdout) as {
        checkpoints: { id: string; scores: Record<string, { n: number; value: number | null }> }[];
      };
      const scored = compared.checkpoints.find(({ id }) => id.endsWith("checkpoint-20"))?.scores["continue/human"];
      expect(scored?.n).toBe(91);
      expect(scored?.value).toBeGreaterThan(2);
      expect(scored?.value).toBeLessThan(4);

      const folder = join(project.folder, ".evalh/runs", readdirSync(join(project.folder, ".evalh/runs"))[0] ?? "");
      const written = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
      expect(written.filter((text) => text.includes(token))).toEqual([]);
      const answers = written.filter((text) => text.includes('"note":"=1+1 <b>"'));
      expect(answers).toHaveLength(1);
    },
  );

  it("takes a personal access token too, and says so when it takes none", { timeout: 120_000 }, async () => {
    const { token: personal } = (await call("/api/token/", {})) as { token: string };
    await using other = await makeProject({ rows: 4, env: { LABEL_STUDIO_API_KEY: personal } });
    await other.run("run", "suite.yaml", "--quiet", "--no-report");
    await other.run("human", "export", "--form", "correct", "-n", "3", "--checkpoint", "20", "-o", "sheet");
    const pushed = await other.run("human", "push", "--label-studio", url, "--json");
    expect([pushed.code, pushed.stderr]).toEqual([0, expect.not.stringContaining("error")]);
    await using wrong = await makeProject({ rows: 4, env: { LABEL_STUDIO_API_KEY: "0".repeat(40) } });
    await wrong.run("run", "suite.yaml", "--quiet", "--no-report");
    await wrong.run("human", "export", "--form", "correct", "-n", "3", "--checkpoint", "20", "-o", "sheet");
    const refused = await wrong.run("human", "push", "--label-studio", url);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("status 401")]);
    expect(refused.stderr).not.toContain("0".repeat(40));
  });
});
