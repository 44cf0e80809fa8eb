import type { Comparison } from "../src/compare/comparison.ts";
import type { GateResult } from "../src/compare/gate/gate-result.ts";
import { gateWord } from "./gate-view.ts";
import { textReport } from "./report-module.ts";

/**
 * OTLP logs as JSON lines (the file form of the OpenTelemetry protocol), which the collector's otlpjsonfile receiver
 * reads: an event gen_ai.evaluation.result for each score and each gate, by the GenAI semantic conventions.
 */
export const otelReport = textReport({
  name: "otel",
  summary: "Scores and gates as OpenTelemetry events gen_ai.evaluation.result, OTLP in JSON lines.",
  extension: "jsonl",
  mark: /^\{"resourceLogs":/u,
  render: renderOtel,
});

type Attributes = Readonly<Record<string, string | number | null | undefined>>;

function renderOtel(comparison: Comparison): string {
  const { suite, run } = comparison;
  const resource = {
    "service.name": "evalh",
    "service.version": run.evalh,
    "host.name": run.host,
    "evalh.run.id": run.id,
    "evalh.suite.name": suite.name,
    "evalh.suite.version": suite.version,
    "evalh.suite.digest": suite.digest,
  };
  const scope = { name: "evalh", version: run.evalh };
  const logRecords = [...scoreEvents(comparison), ...comparison.gates.map(gateAttributes)].map((attributes) =>
    logRecord(run.startedAt, attributes),
  );
  // One line a record: readers can stop anywhere.
  return logRecords
    .map((record) => {
      const logs = { resource: { attributes: pairs(resource) }, scopeLogs: [{ scope, logRecords: [record] }] };
      return `${JSON.stringify({ resourceLogs: [logs] })}\n`;
    })
    .join("");
}

function scoreEvents({ rows, cells, checkpoints }: Comparison): Attributes[] {
  return rows.flatMap((row) =>
    checkpoints.flatMap((checkpoint, index) => {
      const estimate = cells[row.key]?.[index]?.estimate;
      if (estimate == null) return [];
      return [
        {
          "gen_ai.evaluation.name": row.key,
          "gen_ai.evaluation.score.value": estimate.value,
          "gen_ai.evaluation.explanation": `${estimate.lo} to ${estimate.hi} (${estimate.method}) over ${estimate.n} samples; ${row.signature}`,
          "gen_ai.request.model": checkpoint.id,
          "evalh.split": row.split,
          "evalh.samples": estimate.n,
          "evalh.score.lower": estimate.lo,
          "evalh.score.upper": estimate.hi,
          "evalh.checkpoint.step": checkpoint.step,
          "evalh.checkpoint.digest": checkpoint.digest,
        },
      ];
    }),
  );
}

function gateAttributes(result: GateResult): Attributes {
  return {
    "gen_ai.evaluation.name": `gate ${result.name}`,
    "gen_ai.evaluation.score.value": result.value,
    "gen_ai.evaluation.score.label": gateWord(result),
    "gen_ai.evaluation.explanation": result.reason,
    "gen_ai.request.model": result.checkpoint,
    "evalh.gate.mode": result.gate.mode,
    "evalh.gate.severity": result.gate.severity,
  };
}

function logRecord(startedAt: string, attributes: Attributes): object {
  const milliseconds = Date.parse(startedAt);
  return {
    timeUnixNano: Number.isFinite(milliseconds) ? `${milliseconds}000000` : "0",
    severityNumber: 9,
    severityText: "INFO",
    eventName: "gen_ai.evaluation.result",
    attributes: pairs(attributes),
  };
}

/** OTLP's JSON writes 64-bit integers as strings, and has no numbers that are not finite. */
function pairs(attributes: Attributes): object[] {
  return Object.entries(attributes).flatMap(([key, value]): object[] => {
    if (value == null || (typeof value === "number" && !Number.isFinite(value))) return [];
    if (typeof value === "string") return [{ key, value: { stringValue: value.toWellFormed() } }];
    const isWhole =
      Number.isInteger(value) && key !== "gen_ai.evaluation.score.value" && !key.startsWith("evalh.score.");
    return [{ key, value: isWhole ? { intValue: String(value) } : { doubleValue: value } }];
  });
}
