import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { SampleView } from "../../src/compare/comparison.ts";
import { draw } from "../../src/human/draw.ts";
import { makeSheet, type GoldItem } from "../../src/human/make-sheet.ts";
import type { JudgedMetric } from "../../src/human/stats/judge-agreement.ts";
import { populationOf } from "../../src/human/population.ts";
import type { HumanForm } from "../../src/human/sheet.ts";
import { saveSheet, type StoredSheet } from "../../src/human/store.ts";

export const CHECKPOINTS = ["m/one", "m/two", "m/three"];

/** Samples of three checkpoints; every fifth has equal answers, one in eight is rare. */
export function views(n: number): SampleView[] {
  return Array.from({ length: n }, (_, i) => ({
    task: "qa",
    id: `s${i}`,
    ordinal: i,
    prompt: `Question ${i}? <b>=1+1</b>`,
    references: [`right ${i}`],
    slices: { rarity: i % 8 === 0 ? "rare" : "common" },
    outputs: CHECKPOINTS.map((name, c) => ({
      text: i % 5 === 0 ? `same ${i}` : `=${name.length} answer, "${i}"\nof ${c}`,
      finish: "stop" as const,
      tokens: 3,
      ms: 1,
      error: null,
      scores: i % 5 === 0 ? { good: 0.5, bad: 0.5 } : { good: c / 2, bad: 1 - c / 2 },
    })),
  }));
}

/** The metrics of those samples: "good" prefers later checkpoints, "bad" is the same turned round. */
export function viewMetrics(): JudgedMetric[] {
  return ["good", "bad"].map((name) => ({
    key: `qa/${name}`,
    task: "qa",
    higherIsBetter: name === "good",
    range: [0, 1],
    scoreOf: (_sample, checkpoint) => {
      const c = CHECKPOINTS.indexOf(checkpoint);
      return name === "good" ? c / 2 : 1 - c / 2;
    },
  }));
}

export async function* streamed(list: readonly SampleView[]): AsyncGenerator<SampleView> {
  yield* list;
}

export interface Drawing {
  readonly form?: HumanForm;
  readonly n?: number;
  readonly samples?: number;
  readonly chosen?: readonly string[];
  readonly repeat?: number;
  readonly gold?: readonly GoldItem[];
  readonly preferDisputed?: boolean;
  readonly seed?: number;
}

/** A sheet over invented samples. */
export async function sheetOf(drawing: Drawing = {}): Promise<StoredSheet> {
  const { form = "pairwise", n = 40, samples = 200, chosen = CHECKPOINTS.slice(0, 2), seed = 7 } = drawing;
  const list = views(samples);
  const about = { form, tasks: ["qa"], stratify: ["rarity"], all: CHECKPOINTS, chosen };
  const { candidates, identical } = await populationOf(streamed(list), about);
  const drawn = draw(candidates, { n, seed, least: 5, preferDisputed: drawing.preferDisputed ?? false });
  return makeSheet(drawn, streamed(list), {
    run: "r",
    createdAt: "2026-01-01T00:00:00Z",
    form,
    seed,
    repeat: drawing.repeat ?? 0.1,
    gold: drawing.gold ?? [],
    showReference: true,
    checkpoints: CHECKPOINTS,
    identical,
  });
}

/** A run folder that holds a sheet, removed when it goes out of scope. */
export async function storedSheet(
  drawing: Drawing = {},
): Promise<AsyncDisposable & { readonly run: string; readonly stored: StoredSheet }> {
  const run = await mkdtemp(join(tmpdir(), "evalh-human-"));
  const stored = await sheetOf(drawing);
  await saveSheet(run, stored.sheet, stored.key);
  return { run, stored, [Symbol.asyncDispose]: () => rm(run, { recursive: true }) };
}
