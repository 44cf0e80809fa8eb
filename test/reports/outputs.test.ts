import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";

import { reports, type ReportName } from "../../reports/index.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import type { TextReport } from "../../reports/report-module.ts";
import { comparison, samples } from "./fixture.ts";
import { EVIL, hostileGates } from "./hostile-gates.ts";

async function render(name: Exclude<ReportName, "html" | "inspect">, data: Comparison, root?: string): Promise<string> {
  const report: TextReport = await reports[name]();
  return report.render(data, samples, root === undefined ? {} : { root });
}

/** Many times the fixture's gates. */
const manyGates = (times: number): Comparison => ({
  ...comparison,
  gates: Array.from({ length: times }, () => comparison.gates).flat(),
});

describe("gates in the reports for people", () => {
  it.each(["console", "markdown"] as const)("stand with their reasons in %s", async (name) => {
    const text = await render(name, comparison);
    expect(text.replaceAll(/\s+/g, " ")).toContain("about 1490 more samples would decide");
    expect(text.indexOf("warn")).toBeGreaterThan(0);
  });

  it("are in the JSON document with their numbers", async () => {
    const { gates } = JSON.parse(await render("json", comparison)) as { gates: readonly object[] };
    expect(gates[1]).toMatchObject({
      metric: "chapter/accuracy",
      slice: "rarity=rare",
      outcome: "inconclusive",
      samples_needed: 1490,
      difference: { p: 0.14, p_adjusted: 0.28 },
    });
  });
});

describe("reports for GitHub", () => {
  it("begin with the mark that a comment is found by and stay within the sizes that GitHub takes", async () => {
    for (const [name, limit] of [
      ["github-comment", 65_536],
      ["github-summary", 900_000],
    ] as const) {
      const small = await render(name, comparison);
      expect(small).toBe(await render("markdown", comparison));
      const large = await render(name, manyGates(limit / 50));
      expect(large.startsWith("<!-- evalh:icd-coding -->\n\n### ")).toBe(true);
      expect(Buffer.byteLength(large)).toBeLessThanOrEqual(limit);
      // What did not fit is left out whole: the table is still there, no fold is left open.
      expect(large).toMatch(/_1 parts did not fit/u);
      expect(large).toContain("| checkpoint |");
      expect(large.split("<details>").length).toBe(large.split("</details>").length);
    }
  });

  it("annotate the ten worst gates at their lines", async () => {
    const failing = {
      ...manyGates(6),
      gates: manyGates(6).gates.map((result, index) => ({
        ...result,
        outcome: index === 17 ? ("fail" as const) : result.outcome,
        gate: {
          ...result.gate,
          severity: "error" as const,
          place: { file: "/repo/evals/suite.yaml", line: 40 + index },
        },
      })),
    };
    const lines = (await render("github-annotations", failing, "/repo")).trimEnd().split("\n");
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatch(
      /^::error file=evals\/suite\.yaml,line=42,title=evalh%3A title\/exact_match ≥ 6::fail: below 6/,
    );
    expect(lines[9]).toBe("::warning title=evalh::3 more gates did not pass");
  });

  it("cannot be made to say another command", async () => {
    const text = await render("github-annotations", hostileGates, "/repo");
    for (const line of text.trimEnd().split("\n")) {
      expect(line).toMatch(/^::(error|warning) [^\r\n]*$/u);
      expect(line).not.toMatch(/%(?!25|0A|0D|3A|2C)/u);
    }
    expect(await render("github-annotations", { ...comparison, gates: [] })).toMatch(/^::notice title=evalh::/u);
  });

  it("name no file outside the repository", async () => {
    expect(await render("github-annotations", comparison, "/repo")).not.toContain("file=");
  });
});

describe("reports for metrics stores", () => {
  const LINE = /^[a-z_]+\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\} (?:-?\d[\d.e+-]*|NaN|[+-]Inf)$/u;

  it.each(["prometheus", "gitlab-metrics"] as const)("are valid text in %s whatever the names hold", async (name) => {
    for (const data of [comparison, hostileGates]) {
      const lines = (await render(name, data)).trimEnd().split("\n");
      const points = lines.filter((line) => !line.startsWith("# "));
      expect(points.length).toBeGreaterThan(3);
      for (const line of points) expect(line).toMatch(LINE);
      const families = lines.filter((line) => line.startsWith("# TYPE")).map((line) => line.split(" ")[2]);
      expect(new Set(families).size).toBe(families.length);
    }
  });

  it("tell Prometheus of every checkpoint and gate", async () => {
    const text = await render("prometheus", comparison);
    expect(text).toContain(
      'evalh_score{suite="icd-coding",model="tiny-icd",checkpoint="tiny-icd/checkpoint-441",step="441",metric="chapter/accuracy",split="test"} 60.25',
    );
    expect(text).toContain('gate="title/exact_match ≥ 6",severity="warn",outcome="fail"} 1');
  });

  it("tell GitLab only what can change because the code did", async () => {
    const text = await render("gitlab-metrics", comparison);
    expect(text).toContain('evalh_score{metric="chapter/accuracy"} 60.25');
    expect(text).not.toContain("checkpoint-441");
    expect(text.endsWith("# EOF\n")).toBe(true);
  });

  it("give github-action-benchmark each direction in a file of its own", async () => {
    const rows = comparison.rows.map((row, index) => ({ ...row, higherIsBetter: index !== 0 }));
    const bigger = JSON.parse(await render("benchmark", { ...comparison, rows })) as { name: string }[];
    const smaller = JSON.parse(await render("benchmark-smaller", { ...comparison, rows })) as { name: string }[];
    expect(smaller).toMatchObject([
      { name: "icd-coding/title/bleu", unit: "%", value: 13.7, range: expect.stringMatching(/^± /) as string },
    ]);
    expect(bigger.map(({ name }) => name)).toEqual([
      "icd-coding/title/rougeL",
      "icd-coding/title/exact_match",
      "icd-coding/chapter/accuracy",
    ]);
  });

  it("write OpenTelemetry events that hold name, value and label", async () => {
    const lines = (await render("otel", comparison)).trimEnd().split("\n");
    expect(lines).toHaveLength(5 * 10 + 3);
    const records = lines.map(
      (line) =>
        (JSON.parse(line) as { resourceLogs: { scopeLogs: { logRecords: Event[] }[] }[] }).resourceLogs[0]?.scopeLogs[0]
          ?.logRecords[0],
    );
    expect(new Set(records.map((record) => record?.eventName))).toEqual(new Set(["gen_ai.evaluation.result"]));
    expect(records[0]?.timeUnixNano).toBe("1795520890000000000");
    const last = Object.fromEntries((records.at(-1)?.attributes ?? []).map(({ key, value }) => [key, value]));
    expect(last["gen_ai.evaluation.name"]).toEqual({ stringValue: "gate title/exact_match ≥ 6" });
    expect(last["gen_ai.evaluation.score.value"]).toEqual({ doubleValue: 5 });
    expect(last["gen_ai.evaluation.score.label"]).toEqual({ stringValue: "warn" });
    expect(await render("otel", hostileGates)).not.toContain(EVIL);
  });

  it("fill the metadata of a model card, whatever the names hold", async () => {
    const { "model-index": index } = parseYaml(await render("model-index", comparison)) as Card;
    expect(index[0]?.name).toBe("tiny-icd/checkpoint-441");
    expect(index[0]?.results.map(({ task }) => task.name)).toEqual(["title", "chapter"]);
    expect(index[0]?.results[1]?.metrics[0]).toMatchObject({ type: "accuracy", value: 60.25, args: { n: 400 } });
    const hostile = parseYaml(await render("model-index", hostileGates)) as Card;
    expect(hostile["model-index"][0]?.name).toBe(`tiny-icd/checkpoint-441${EVIL}`.toWellFormed());
  });

  interface Card {
    readonly "model-index": readonly {
      readonly name: string;
      readonly results: readonly { readonly task: { readonly name: string }; readonly metrics: readonly object[] }[];
    }[];
  }

  interface Event {
    readonly eventName: string;
    readonly timeUnixNano: string;
    readonly attributes: readonly { readonly key: string; readonly value: object }[];
  }
});
