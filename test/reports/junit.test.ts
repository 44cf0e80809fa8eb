import { describe, expect, it } from "vitest";

import { reports } from "../../reports/index.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import { comparison, samples } from "./fixture.ts";
import { hostileGates } from "./hostile-gates.ts";
import { hasPython, parseWithPython, type Element } from "./xml.ts";

async function render(data: Comparison, root?: string): Promise<string> {
  return (await reports.junit()).render(data, samples, root === undefined ? {} : { root });
}

const failing: Comparison = {
  ...comparison,
  gates: comparison.gates.map((result) => ({ ...result, outcome: "fail" as const })),
};

describe("JUnit report", () => {
  it.runIf(hasPython)("has a case a gate and a task, with the whole message in the body", async () => {
    const root = parseWithPython(await render(comparison, "/nowhere"));
    expect(root).toMatchObject({
      name: "testsuites",
      attributes: { tests: "5", failures: "0", errors: "1" },
    });
    const suite = root.children[0];
    expect(suite?.attributes).toMatchObject({
      name: "icd-coding",
      timestamp: "2026-11-24T11:48:10",
      tests: "5",
      skipped: "2",
    });
    const cases = suite?.children ?? [];
    expect(cases.map(({ attributes }) => [attributes["classname"], attributes["name"]])).toEqual([
      ["icd-coding.gates", "title/bleu: no drop beyond 1"],
      ["icd-coding.gates", "chapter/accuracy [rarity=rare]: no drop beyond 1"],
      ["icd-coding.gates", "title/exact_match ≥ 6"],
      ["icd-coding.tasks", "title"],
      ["icd-coding.tasks", "chapter"],
    ]);
    expect(cases[0]?.children[0]?.text).toMatch(/^suite\.yaml:\d+$/m);
    expect(cases[1]?.children[0]).toMatchObject({ name: "skipped" });
    expect(cases[1]?.children[0]?.text).toContain("about 1490 more samples would decide");
    // Three requests of a checkpoint went wrong: that is the infrastructure's fault, not the model's.
    expect(cases[3]?.children[0]).toMatchObject({ name: "error" });
    expect(cases[3]?.children[0]?.text).toContain("3 samples ended in an error");
  });

  it.runIf(hasPython)("marks failed gates as failures, those that only warn as skipped", async () => {
    const cases = parseWithPython(await render(failing)).children[0]?.children ?? [];
    expect(cases.slice(0, 3).map(({ children }) => children[0]?.name)).toEqual(["failure", "failure", "skipped"]);
    expect(cases[0]?.children[0]?.attributes["message"]).toMatch(/^fail: title\/bleu/);
  });

  it.runIf(hasPython)("stays one well-formed document whatever names and reasons hold", async () => {
    const root = parseWithPython(await render(hostileGates, "/repo"));
    expect(root.children[0]?.children).toHaveLength(5);
    expect(root.children[0]?.children[1]?.attributes["name"]).toContain(']]><x y="\'&">');
  });

  // The attributes that junit-10.xsd of Jenkins' xUnit plugin allows: it refuses a whole file for any other.
  const allowed: Readonly<Record<string, readonly string[]>> = {
    testsuites: ["name", "time", "tests", "failures", "errors"],
    testsuite: "name tests failures errors group time skipped timestamp hostname id package file log url".split(" "),
    testcase: ["name", "time", "classname", "group"],
    failure: ["type", "message"],
    error: ["type", "message"],
    skipped: ["type", "message"],
    "system-out": [],
  };

  it.runIf(hasPython)("has no attribute or element that Jenkins' schemas do not know", async () => {
    const check = ({ name, attributes, children }: Element): void => {
      expect(Object.keys(allowed)).toContain(name);
      for (const key of Object.keys(attributes)) expect(allowed[name], `${key} of ${name}`).toContain(key);
      if (attributes["time"] !== undefined) expect(attributes["time"]).toMatch(/^\d+(\.\d*)?$/);
      children.forEach(check);
    };
    for (const data of [comparison, failing, hostileGates]) check(parseWithPython(await render(data, "/repo")));
  });

  it("item 10: holds no character that XML forbids", async () => {
    expect(await render(hostileGates)).not.toMatch(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/u,
    );
  });
});
