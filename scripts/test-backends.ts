/**
 * The second test command: real servers and models in Python, in files test/real/<topic>.real.ts.
 * Usage: npm run test:backends -- [--only TOPIC]…
 *
 * Makes an environment below .venv/ for each test/real/requirements-<name>.txt that the topics ask for, and again when
 * its requirements change. EVALH_TEST_VENVS names a folder of existing ones, which are used as they are. What cannot run
 * is named at the end.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const ROOT = join(import.meta.dirname, "..");
const TESTS = join(ROOT, "test/real");
const ENVIRONMENTS = join(ROOT, ".venv");
/** Triton's Python stub fails to load under a Python that is not the distribution's. */
const DISTRIBUTION_PYTHONS = ["/usr/bin/python3.11", "/usr/bin/python3"];

/** Of many gigabytes: made only where its topic is asked for by name. */
const LARGE = new Set(["vllm"]);
/** Their requirements are complete, and among them is one that asks for what PyPI has not. */
const COMPLETE = new Set(["vllm"]);

interface Problem {
  readonly what: string;
  readonly reason: string;
  readonly fix: string;
}

/** The problem, if the program cannot be run or fails. Its output is shown. */
function run(argv: readonly [string, ...string[]], fix: string): Problem | null {
  const [file, ...args] = argv;
  process.stderr.write(`> ${argv.join(" ")}\n`);
  const { status, error } = spawnSync(file, args, { stdio: ["ignore", 2, 2], cwd: ROOT });
  if (status === 0) return null;
  return { what: argv.join(" "), reason: error?.message ?? `exit code ${status}`, fix };
}

/** Makes a folder anew unless it was completed for the same description. */
function makeOnce(folder: string, description: string, make: () => Problem | null): Problem | null {
  const stamp = join(folder, "made-for.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === description) return null;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const problem = make();
  if (problem === null) writeFileSync(stamp, description);
  else rmSync(folder, { recursive: true, force: true });
  return problem;
}

function requirements(file: string): string {
  const text = readFileSync(file, "utf8");
  const nested = [...text.matchAll(/^-r\s+(\S+)/gm)].map(([, name = ""]) => requirements(join(file, "..", name)));
  return [text, ...nested].join("\n");
}

function makePython(name: string): Problem | null {
  const file = join(TESTS, `requirements-${name}.txt`);
  const folder = join(ENVIRONMENTS, name);
  const python = name === "triton" ? DISTRIBUTION_PYTHONS.find((each) => existsSync(each)) : "python3";
  const fix =
    name === "triton"
      ? "apt-get install python3.11-venv libpython3.11, which pytriton needs"
      : "install Python 3.10 or newer with venv and pip, and reach PyPI or a mirror";
  if (python === undefined) return { what: `environment ${name}`, reason: "no Python of the distribution", fix };
  return makeOnce(folder, `${python}\n${requirements(file)}`, () => {
    const made = run([python, "-m", "venv", folder], fix);
    const flags = ["--quiet", ...(COMPLETE.has(name) ? ["--no-deps"] : [])];
    return made ?? run([join(folder, "bin/python"), "-m", "pip", "install", ...flags, "-r", file], fix);
  });
}

function makeNode(): Problem | null {
  const folder = join(ENVIRONMENTS, "node");
  const manifest = readFileSync(join(TESTS, "optional-packages.json"), "utf8");
  return makeOnce(folder, manifest, () => {
    writeFileSync(join(folder, "package.json"), manifest);
    // Their own optional parts are binaries for every GPU there is.
    const argv = ["npm", "install", "--prefix", folder, "--omit=optional", "--no-audit", "--no-fund"] as const;
    return run([...argv, "--ignore-scripts"], "reach the npm registry or a mirror");
  });
}

/** Names of the environments that the tests of these topics ask for. */
function wanted(files: readonly string[]): Set<string> {
  const texts = files.map((file) => readFileSync(join(TESTS, file), "utf8"));
  return new Set(
    texts.flatMap((text) => [
      ...[...text.matchAll(/pythonOf\("(\w+)"\)/g)].map(([, name = ""]) => name),
      ...(text.includes("optionalPackages()") ? ["node"] : []),
    ]),
  );
}

function topics(only: readonly string[]): readonly string[] {
  const all = readdirSync(TESTS).filter((name) => name.endsWith(".real.ts"));
  const unknown = only.filter((topic) => !all.includes(`${topic}.real.ts`));
  if (unknown.length > 0) {
    const known = all.map((name) => name.replace(".real.ts", "")).join(", ");
    process.stderr.write(`error: no topic ${unknown.join(", ")}; there are ${known}\n`);
    process.exit(2);
  }
  return only.length === 0 ? all : only.map((topic) => `${topic}.real.ts`);
}

const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });
const files = topics(values.only ?? []);
const existing = process.env["EVALH_TEST_VENVS"];
const isAsked = values.only !== undefined;
const missing = [...wanted(files)]
  .filter((name) => existing === undefined || !existsSync(join(existing, name)))
  .filter((name) => isAsked || !LARGE.has(name));
const problems = missing.map((name) => (name === "node" ? makeNode() : makePython(name)));

const scratch = mkdtempSync(join(tmpdir(), "evalh-test-backends-"));
const skipLog = join(scratch, "skipped.txt");
writeFileSync(skipLog, "");
const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "--config", "vitest.real.config.ts", ...files.map((file) => `test/real/${file}`)],
  {
    stdio: "inherit",
    cwd: ROOT,
    env: { ...process.env, EVALH_SKIP_LOG: skipLog },
  },
);
const skipped = new Set(readFileSync(skipLog, "utf8").split("\n").filter(Boolean));
rmSync(scratch, { recursive: true });
for (const line of skipped) process.stderr.write(`${line}\n`);
for (const problem of problems) {
  if (problem !== null) process.stderr.write(`NOT MADE ${problem.what}: ${problem.reason}\n  fix: ${problem.fix}\n`);
}
if (skipped.size === 0) process.stderr.write("Nothing was skipped.\n");
process.exit(status ?? 1);
