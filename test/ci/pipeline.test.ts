import { spawn } from "node:child_process";
import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { finished, makeProject, SUITE, type Finished, type Project } from "../cli/project.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action = parse(await readFile(join(root, "action.yml"), "utf8")) as Action;

/** Runs a script of ci/ as a runner would: the tested Node first on the PATH, inputs in the environment. */
function script(project: Project, file: string, env: Readonly<Record<string, string>>): Promise<Finished> {
  const program = file.endsWith(".mjs") ? process.execPath : "bash";
  const child = spawn(program, [join(root, "ci", file)], {
    cwd: project.folder,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      NO_COLOR: "1",
      EVALH_MAIN: join(root, "src/cli/main.ts"),
      ...env,
    },
  });
  return finished(child);
}

const gated = (min: number): string =>
  `${SUITE}gates:\n  - { metric: pick/accuracy, mode: threshold, min: ${min} }\n  - { metric: failure_rate, mode: threshold, max: 0 }\n`;

describe("action.yml", () => {
  it("runs only scripts of its own, with nothing of the inputs inside them", () => {
    expect(action.runs.using).toBe("composite");
    expect(action.runs.steps.length).toBeGreaterThan(1);
    for (const step of action.runs.steps) {
      expect(step.uses).toBeUndefined();
      expect(step.shell).toBe("bash");
      expect(step.run).toMatch(/^(bash|node) "\$GITHUB_ACTION_PATH\/ci\/[a-z]+\.(sh|mjs)"$/);
    }
  });

  it("hands every input to a script", () => {
    const used = action.runs.steps.flatMap(({ env = {} }) => Object.values(env)).join(" ");
    for (const name of Object.keys(action.inputs)) {
      expect(`${used} inputs.comment `, name).toContain(`inputs.${name} `);
    }
  });
});

describe("ci/install.sh", () => {
  it("says what an old Node lacks before it installs anything", async () => {
    await using project = await makeProject();
    // Says that it is an old one, wherever it is asked.
    const bin = join(project.folder, "bin");
    await mkdir(bin);
    await project.write("old.cjs", 'Object.defineProperty(process.versions, "node", { value: "20.1.0" });');
    await project.write(
      "bin/node",
      `#!/bin/sh\nexec "${process.execPath}" --require "${join(project.folder, "old.cjs")}" "$@"\n`,
    );
    await project.write("bin/npm", "#!/bin/sh\ntouch installed\n");
    for (const name of ["node", "npm"]) await chmod(join(bin, name), 0o755);
    const PATH = `${bin}:${process.env["PATH"] ?? ""}`;
    const { code, stderr } = await script(project, "install.sh", { PATH, GITHUB_ACTIONS: "true" });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^::error title=evalh::evalh needs Node >=[\d.]+, this is /);
  });
});

describe("ci/evaluate.sh", () => {
  it("writes reports, summary, annotations and outputs, and exits as the gates say", async () => {
    await using project = await makeProject({ suite: gated(101) });
    const summary = join(project.folder, "summary.md");
    const output = join(project.folder, "output.txt");
    const { code, stdout } = await script(project, "evaluate.sh", {
      EVALH_SUITE: "suite.yaml",
      EVALH_ARGS: "--concurrency 1",
      GITHUB_ACTIONS: "true",
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_OUTPUT: output,
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error file=suite\.yaml,line=\d+,title=evalh%3A pick\/accuracy ≥ 101::fail: below 101/m);
    expect(await readFile(output, "utf8")).toBe("verdict=failed\nreport=evalh-report\n");
    expect(await readFile(summary, "utf8")).toMatch(/^<!-- evalh:quiz -->/);
    const report = (name: string): Promise<string> => readFile(join(project.folder, "evalh-report", name), "utf8");
    expect(await report("junit.xml")).toContain('failures="1"');
    expect(await report("report.html")).toContain("<!doctype html>");
    expect(await report("comment.md")).toContain("pick/accuracy ≥ 101");
    expect(await report("metrics.txt")).toContain('evalh_gate_passed{gate="pick/accuracy ≥ 101"} 0');
    expect(JSON.parse(await report("report.json"))).toMatchObject({ verdict: { kind: "regressed" } });
  });

  it("takes no input for a program or a pattern", async () => {
    await using project = await makeProject({ suite: gated(0) });
    const { code, stderr } = await script(project, "evaluate.sh", {
      EVALH_SUITE: "suite.yaml; touch pwned #$(touch pwned)",
      EVALH_ARGS: "--limit 1 $(touch${IFS}pwned) *",
    });
    expect(code).toBe(2);
    expect(stderr).not.toContain("command not found");
    await expect(readFile(join(project.folder, "pwned"))).rejects.toThrow("ENOENT");
  });

  it("reports nothing where nothing ran", async () => {
    await using project = await makeProject({ suite: gated(0) });
    expect((await script(project, "evaluate.sh", { EVALH_SUITE: "suite.yaml" })).code).toBe(0);
    const junit = join(project.folder, "evalh-report", "junit.xml");
    await writeFile(junit, "from before");
    expect((await script(project, "evaluate.sh", { EVALH_SUITE: "none.yaml" })).code).toBe(2);
    expect(await readFile(junit, "utf8")).toBe("from before");
  });
});

interface Call {
  readonly method: string;
  readonly url: string;
  readonly authorization: string;
  readonly body: string;
}

/** A GitHub that has some comments already; 7 is not ours to change. */
async function fakeGitHub(comments: readonly object[]): Promise<{ server: Server; url: string; calls: Call[] }> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      calls.push({ method, url, authorization: headers.authorization ?? "", body });
      const status = method === "GET" ? 200 : method === "POST" ? 201 : url.endsWith("/7") ? 403 : 200;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(method === "GET" ? comments : {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

describe("ci/comment.mjs", () => {
  const MARK = "<!-- evalh:quiz -->";

  async function comment(comments: readonly object[], event: object): Promise<{ stdout: string; calls: Call[] }> {
    await using project = await makeProject();
    await project.write("comment.md", `${MARK}\n\nnew`);
    await project.write("event.json", JSON.stringify(event));
    const { server, url, calls } = await fakeGitHub(comments);
    const { stdout, code } = await script(project, "comment.mjs", {
      EVALH_REPORT: ".",
      EVALH_TOKEN: "secret-token",
      GITHUB_API_URL: url,
      GITHUB_REPOSITORY: "a/b",
      GITHUB_EVENT_PATH: "event.json",
    });
    server.close();
    expect(code).toBe(0);
    expect(stdout).not.toContain("secret-token");
    return { stdout, calls };
  }

  const pull = { pull_request: { number: 3 } };

  it("writes one comment, and updates it from then on", async () => {
    const first = await comment([{ id: 1, body: "hello" }], pull);
    expect(first.calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET /repos/a/b/issues/3/comments?per_page=100&page=1",
      "POST /repos/a/b/issues/3/comments",
    ]);
    expect(first.calls[1]).toMatchObject({
      authorization: "Bearer secret-token",
      body: JSON.stringify({ body: `${MARK}\n\nnew` }),
    });
    const again = await comment([{ id: 9, body: `${MARK}\r\n\r\nold` }], pull);
    expect(again.calls.at(-1)).toMatchObject({ method: "PATCH", url: "/repos/a/b/issues/comments/9" });
  });

  it("leaves alone what somebody else wrote under the same mark", async () => {
    const { calls } = await comment([{ id: 7, body: `${MARK}\nnot evalh's` }], pull);
    expect(calls.map(({ method }) => method)).toEqual(["GET", "PATCH", "POST"]);
  });

  it("does nothing without a pull request, and warns where GitHub refuses", async () => {
    expect((await comment([], {})).calls).toEqual([]);
    const many = Array.from({ length: 100 }, (_, id) => ({ id, body: "" }));
    // A list that never ends is given up, and a comment is written.
    expect((await comment(many, pull)).calls).toHaveLength(31);
  });
});

describe("the repository of the guide", async () => {
  const page = await readFile(join(root, "docs/guide/ci.md"), "utf8");

  it("has a workflow that gives the action only inputs that it knows", () => {
    const block = /```yaml\n(on: [\s\S]*?)```/.exec(page)?.[1] ?? "";
    const { jobs } = parse(block) as { jobs: { evals: { steps: { uses: string; with?: Record<string, string> }[] } } };
    const given = Object.keys(jobs.evals.steps.at(-1)?.with ?? {});
    expect(given).toContain("suite");
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(given));
    // A tag can be moved; the page must not teach it.
    for (const { uses } of jobs.evals.steps) expect(uses).toMatch(/@<commit>$/);
  });

  it("works as it is laid out", async () => {
    await using project = await makeProject({ suite: gated(0).replace("mode: threshold, min: 0", "max_drop: 5") });
    const files = await readdir(project.folder);
    await mkdir(join(project.folder, "evals"));
    for (const name of files) await rename(join(project.folder, name), join(project.folder, "evals", name));
    const layout = /```\n(evals\/suite[\s\S]*?)```/.exec(page)?.[1] ?? "";
    for (const name of files) expect(layout).toContain(`evals/${name}`);
    const env = { EVALH_SUITE: "evals/suite.yaml" };
    expect((await script(project, "evaluate.sh", env)).stdout).toContain("there is no baseline");
    const [run = ""] = await readdir(join(project.folder, "evalh-report", "runs"));
    expect((await project.run("baseline", "update", join("evalh-report", "runs", run))).code).toBe(0);
    const { code, stdout } = await script(project, "evaluate.sh", { ...env, EVALH_BASELINE: "evalh.baseline.json" });
    expect(code).toBe(0);
    expect(stdout).toContain("against evalh.baseline.json");
  });
});

interface GitlabJob {
  readonly script: string[];
  readonly artifacts: { readonly paths: string[]; readonly reports: Readonly<Record<string, string>> };
}

async function gitlabJob(): Promise<GitlabJob> {
  const jobs = parse(await readFile(join(root, "ci/gitlab.yml"), "utf8")) as { ".evalh": GitlabJob };
  return jobs[".evalh"];
}

/** Runs the job's commands as a runner's shell would. */
async function gitlab(project: Project, env: Readonly<Record<string, string>>): Promise<Finished> {
  const commands = (await gitlabJob()).script.join("\n");
  const inFolder = commands.replaceAll("npx evalh", `"${process.execPath}" "${join(root, "src/cli/main.ts")}"`);
  return finished(spawn("sh", ["-c", inFolder], { cwd: project.folder, env: { ...process.env, ...env } }));
}

describe("ci/gitlab.yml", () => {
  it("reports nothing where the run was refused, and takes no input for a program or a pattern", async () => {
    await using project = await makeProject({ suite: gated(0) });
    await project.write("evalh-junit.xml", "from before");
    const EVALH_ARGS = "--limit 1 $(touch pwned) *";
    const { code, stderr } = await gitlab(project, { EVALH_SUITE: "suite.yaml", EVALH_STRICT: "", EVALH_ARGS });
    expect(code).toBe(2);
    expect(stderr).toContain("too many arguments");
    expect(await readFile(join(project.folder, "evalh-junit.xml"), "utf8")).toBe("from before");
    await expect(readFile(join(project.folder, "pwned"))).rejects.toThrow("ENOENT");
    const missing = { EVALH_SUITE: "suite.yaml", EVALH_BASELINE: "no such file.json" };
    const suite = gated(0).replace("mode: threshold, min: 0", "max_drop: 5");
    await project.write("suite.yaml", suite);
    expect((await gitlab(project, missing)).stderr).toContain("there is no baseline no such file.json");
  });

  it("is a job whose reports are files that its commands write", async () => {
    const job = await gitlabJob();
    const commands = job.script.join("\n");
    for (const file of [...job.artifacts.paths, ...Object.values(job.artifacts.reports)]) {
      expect(commands).toContain(`--output ${file}`);
    }
    await using project = await makeProject({ suite: gated(101) });
    expect((await gitlab(project, { EVALH_SUITE: "suite.yaml", EVALH_STRICT: "" })).code).toBe(1);
    expect(await readFile(join(project.folder, "evalh-junit.xml"), "utf8")).toContain('failures="1"');
    expect(await readFile(join(project.folder, "evalh-metrics.txt"), "utf8")).toContain("# EOF");
  });
});
