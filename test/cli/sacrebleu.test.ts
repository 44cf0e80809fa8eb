import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { finished, type Finished } from "./project.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");
const fixtures = join(import.meta.dirname, "../fixtures/sacrebleu");

interface Case {
  readonly command: string;
  readonly stdin?: string;
  readonly stdout: string;
}
const cases = JSON.parse(await readFile(join(fixtures, "expected.json"), "utf8")) as readonly Case[];

async function run(
  args: readonly string[],
  options: { readonly stdin?: string; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [main, "sacrebleu", ...args], {
    cwd: options.cwd ?? fixtures,
    env: { ...process.env, ...options.env },
  });
  child.stdin.end(options.stdin ?? "");
  return finished(child);
}

/** sacrebleu explains its tests at length, in its own words. */
function withoutExplanation(stdout: string): string {
  return stdout.replace(/(?<=^Paired .* trials\n-+\n)[^]*?(?=^-+\nMetric signatures)/m, "");
}

const isPairedJson = ({ command, stdout }: Case): boolean => stdout.startsWith("[") && / (-p|--paired)/.test(command);

/** sacrebleu resamples in single precision: its means differ in their last digits, its p-values do not. */
function resultLike(result: Readonly<Record<string, number | null>>): object {
  const members = Object.entries(result).map(([name, value]): [string, unknown] => [
    name,
    value === null || name === "p_value" ? value : expect.closeTo(value, 4),
  ]);
  return Object.fromEntries(members);
}

type Table = readonly Readonly<Record<string, string | Readonly<Record<string, number | null>>>>[];

describe("evalh sacrebleu", () => {
  it.each(cases.filter((each) => !isPairedJson(each)))("prints what sacrebleu prints: $command", async (each) => {
    const { code, stdout, stderr } = await run(each.command.split(" "), each);
    expect([code, stderr.replace(/^note: .*\n/gm, "")]).toEqual([0, ""]);
    expect(withoutExplanation(stdout)).toBe(withoutExplanation(each.stdout));
  });

  it.each(cases.filter(isPairedJson))("finds sacrebleu's p-values: $command", async (each) => {
    const { stdout } = await run(each.command.split(" "), each);
    const expected = (JSON.parse(each.stdout) as Table).map((entry) =>
      Object.fromEntries(
        Object.entries(entry).map(([name, value]) => [name, typeof value === "string" ? value : resultLike(value)]),
      ),
    );
    expect(JSON.parse(stdout)).toEqual(expected);
  });

  it("is tested with every kind of command", () => {
    expect(cases.filter(isPairedJson).length).toBeGreaterThanOrEqual(3);
    expect(cases.filter(({ stdout }) => stdout.includes("╒")).length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    [[], "which references?"],
    [["missing.txt", "-i", "a.txt"], "cannot read missing.txt"],
    [["zh-ref.txt", "-i", "a.txt"], "a.txt has 24 segments, but reference 1 has 13"],
    [["ref.txt", "-i", "a.txt", "-m", "bleurt"], 'there is no metric "bleurt"'],
    [["ref.txt", "-i", "a.txt", "-tok", "13b"], 'did you mean "13a"?'],
    [["ref.txt", "-i", "a.txt", "--tokenise", "13a"], 'did you mean "--tokenize"?'],
    [["ref.txt", "-i", "a.txt", "-w", "many"], "--width must be a number"],
    [["ref.txt", "-i", "a.txt", "-w"], "--width needs a value"],
    [["ref.txt", "-i", "a.txt", "-pbs"], "a paired test needs several outputs"],
    [["ref.txt", "-i", "a.txt", "b.txt", "-pbs", "-par"], "exclude each other"],
    [["ref.txt", "-i", "a.txt", "b.txt", "-ci"], "--confidence takes one output"],
    [["ref.txt", "-i", "a.txt", "a.txt"], "a.txt is given twice"],
    [["ref.txt", "-i", "a.txt", "-sl", "-m", "bleu", "ter"], "--sentence-level takes one metric"],
    [["ref.txt", "-i", "a.txt", "-f", "latex"], "the format latex is for several outputs"],
    [["ref.txt", "-nr", "2", "-i", "a.txt"], "expected 2 references"],
    [["ref.txt", "-i", "a.txt", "-e", "klingon"], 'the encoding "klingon" is not known'],
  ])("refuses %j with a reason and exit code 2", async (args, reason) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain("    at ");
  });

  it("takes seed and format from sacrebleu's environment variables", async () => {
    const env = { SACREBLEU_SEED: "7", SACREBLEU_FORMAT: "text" };
    const { stdout } = await run(["ref.txt", "-i", "a.txt", "-ci"], { env });
    expect(stdout).toMatch(/^BLEU\|nrefs:1\|bs:1000\|seed:7\|/);
  });

  it("warns of text that is tokenized already", async () => {
    const cwd = await mkdtemp(join(tmpdir(), "evalh-sacrebleu-"));
    try {
      await writeFile(join(cwd, "lines"), "a word .\n".repeat(100));
      expect((await run(["lines", "-i", "lines", "-b"], { cwd })).stderr).toContain("looks tokenized already");
      expect((await run(["lines", "-i", "lines", "-b", "--force"], { cwd })).stderr).toBe("");
      expect((await run(["lines", "-i", "lines", "-b", "-m", "chrf"], { cwd })).stdout).toBe("100.0\n");
    } finally {
      await rm(cwd, { recursive: true });
    }
  });

  it("lists its flags", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(code).toBe(0);
    for (const flag of ["-tok, --tokenize", "-pbs, --paired-bs", "-lc, --lowercase"]) expect(stdout).toContain(flag);
  });
});
