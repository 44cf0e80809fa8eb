import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import type { TrainingPoint } from "../../src/core/series.ts";
import { diagnose } from "../../src/stats/generalisation.ts";
import { parseLooseJson, numberOf } from "../../src/training/loose-json.ts";
import { acceptedVerdicts, type CurveRow } from "./curve-truth.ts";

interface RecordedCurve {
  readonly id: string;
  readonly rows: readonly CurveRow[];
}

const curves = readCurves(new URL("../fixtures/training/curves/curves.jsonl", import.meta.url));

describe("the overfitting rule on recorded curves", () => {
  const judged = curves.map((curve) => judgeCurve(curve));

  it("gives an accepted verdict for at least 106 of 110 curves", () => {
    expect(judged).toHaveLength(110);
    expect(judged.filter(({ verdict, accepted }) => accepted.includes(verdict)).length).toBeGreaterThanOrEqual(106);
  });

  it("finds overfitting with an F1 of at least 0.97 and without a false alarm", () => {
    const said = judged.filter(({ verdict }) => verdict === "overfit");
    const falseAlarms = said.filter(({ accepted }) => !accepted.includes("overfit"));
    const hits = said.filter(({ accepted }) => accepted[0] === "overfit").length;
    const missed = judged.filter(({ verdict, accepted }) => accepted[0] === "overfit" && verdict !== "overfit").length;
    expect(falseAlarms).toEqual([]);
    expect((2 * hits) / (2 * hits + missed)).toBeGreaterThanOrEqual(0.97);
  });

  it("raises no false alarm when only every second evaluation is known", () => {
    const halves = curves
      .filter(({ rows }) => rows.length >= 13)
      .flatMap(({ id, rows }) => [0, 1].map((odd) => ({ id, rows: rows.filter((_, i) => i === 0 || i % 2 === odd) })));
    const falseAlarms = halves
      .map((curve) => judgeCurve(curve))
      .filter(({ verdict, accepted }) => verdict === "overfit" && !accepted.includes("overfit"));
    expect(halves.length).toBeGreaterThan(150);
    expect(falseAlarms).toEqual([]);
  });

  it("raises at most two false alarms in a thousand looks at unfinished runs", () => {
    const prefixes = curves.flatMap(({ id, rows }) =>
      Array.from({ length: Math.max(0, rows.length - 6) }, (_, more) => ({ id, rows: rows.slice(0, 6 + more) })),
    );
    const falseAlarms = prefixes
      .map((curve) => judgeCurve(curve))
      .filter(({ verdict, accepted }) => verdict === "overfit" && !accepted.includes("overfit"));
    expect(prefixes.length).toBeGreaterThan(1000);
    expect(falseAlarms.length / prefixes.length).toBeLessThanOrEqual(0.002);
  });

  it("brackets the step where the unseen loss is lowest in more than four of five overfit runs", () => {
    const overfit = curves.flatMap((curve) => {
      const { since } = diagnose(pointsOf(curve.rows));
      return judgeCurve(curve).verdict === "overfit" && since !== null ? [{ rows: curve.rows, since }] : [];
    });
    const bracketed = overfit.filter(({ rows, since }) => {
      const lowest = rows.reduce((best, row) => (row.oracle_loss < best.oracle_loss ? row : best));
      return lowest.step >= since.lo && lowest.step <= since.hi;
    });
    expect(overfit.length).toBeGreaterThan(30);
    expect(bracketed.length / overfit.length).toBeGreaterThan(0.8);
  });
});

function judgeCurve({ id, rows }: RecordedCurve) {
  return { id, verdict: diagnose(pointsOf(rows)).verdict, accepted: acceptedVerdicts(rows) };
}

function pointsOf(rows: readonly CurveRow[]): TrainingPoint[] {
  return rows.map(({ step, train_loss, val_loss }) => ({
    step,
    evalLoss: val_loss,
    ...(train_loss !== null && { trainLoss: train_loss }),
  }));
}

function readCurves(url: URL): RecordedCurve[] {
  return readFileSync(url, "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { id, rows } = parseLooseJson(line) as { id: string; rows: Record<string, unknown>[] };
      return {
        id,
        rows: rows.map((row) => ({
          step: numberOf(row["step"]) ?? Number.NaN,
          train_loss: numberOf(row["train_loss"]) ?? null,
          val_loss: numberOf(row["val_loss"]) ?? Number.NaN,
          oracle_loss: numberOf(row["oracle_loss"]) ?? Number.NaN,
        })),
      };
    });
}
