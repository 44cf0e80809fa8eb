import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

import { makeProject, SUITE, type Project } from "../cli/project.ts";
import { pythonOf } from "./environment.ts";

const python = pythonOf("interop");

const GATED = `${SUITE}gates:\n  - { metric: pick/accuracy, mode: threshold, min: 50, severity: warn }\n`;

/** What a Python program prints of a run's report, as JSON. */
async function read(project: Project, program: string, file: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(python ?? "", ["-c", program, join(project.folder, file)]);
  return JSON.parse(stdout);
}

async function reported(format: string, file: string): Promise<Project> {
  const project = await makeProject({ suite: GATED });
  await project.run("run", "suite.yaml", "--quiet", "--no-report");
  const { code, stderr } = await project.run("report", "--format", format, "--output", file);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return project;
}

describe.skipIf(python === null)("what evalh writes is read by those it is for", { timeout: 300_000 }, () => {
  it("inspect_ai reads its logs, with every sample, score and message", async () => {
    await using project = await reported("inspect", "logs");
    const program = `
import glob, json, sys
from inspect_ai.log import read_eval_log
logs = [read_eval_log(name) for name in sorted(glob.glob(sys.argv[1] + "/*.json"))]
print(json.dumps([{
  "status": log.status, "task": log.eval.task, "model": log.eval.model, "samples": len(log.samples),
  "scores": sorted(score.name for score in log.results.scores),
  "mean": next(score.metrics["mean"].value for score in log.results.scores),
  "said": [message.role for message in log.samples[0].messages],
} for log in logs]))`;
    const logs = (await read(project, program, "logs")) as { task: string; model: string }[];
    expect(logs.map(({ task, model }) => `${task} ${model}`)).toEqual([
      "continue tiny/checkpoint-10",
      "continue tiny/checkpoint-20",
      "pick tiny/checkpoint-10",
      "pick tiny/checkpoint-20",
    ]);
    expect(logs[2]).toMatchObject({
      status: "success",
      samples: 12,
      scores: ["accuracy"],
      mean: expect.closeTo(1 / 3, 9) as number,
      said: ["user", "assistant"],
    });
  });

  it("Prometheus' own parsers read its text and GitLab's OpenMetrics", async () => {
    await using project = await reported("prometheus", "out.prom");
    await project.run("report", "--format", "gitlab-metrics", "--output", "out.txt");
    const program = (module: string): string => `
import json, sys
from prometheus_client.${module} import text_string_to_metric_families as families
print(json.dumps(sorted(sample.name for family in families(open(sys.argv[1]).read()) for sample in family.samples)))`;
    const samples = (await read(project, program("parser"), "out.prom")) as string[];
    expect(samples.filter((name) => name === "evalh_score").length).toBeGreaterThanOrEqual(12);
    const open = (await read(project, program("openmetrics.parser"), "out.txt")) as string[];
    expect(open).toContain("evalh_gate_passed");
  });

  it("OpenTelemetry's protocol buffers take its events", async () => {
    await using project = await reported("otel", "out.jsonl");
    const program = `
import json, sys
from google.protobuf import json_format
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
records = []
for line in open(sys.argv[1]):
    data = json_format.Parse(line, LogsData())
    records += [record for logs in data.resource_logs for scope in logs.scope_logs for record in scope.log_records]
print(json.dumps([[record.event_name, sorted(each.key for each in record.attributes)] for record in records]))`;
    const records = (await read(project, program, "out.jsonl")) as [string, string[]][];
    expect(records.length).toBeGreaterThanOrEqual(13);
    for (const [name, attributes] of records) {
      expect(name).toBe("gen_ai.evaluation.result");
      expect(attributes).toEqual(expect.arrayContaining(["gen_ai.evaluation.name", "gen_ai.evaluation.score.value"]));
    }
    expect(records.some(([, attributes]) => attributes.includes("gen_ai.evaluation.score.label"))).toBe(true);
  });
});
