import { BlockName, NO_SCORE, type MetaMetric, type ReportMeta } from "../data/format.ts";
import { readBytes, readJson, recentCache } from "./blocks.ts";
import { textSource, type TextSource } from "./text-source.ts";

/** Everything of the samples, their texts on demand. Samples count from 0 over all tasks. */
export interface ReportData extends TextSource {
  readonly meta: ReportMeta;
  readonly ids: readonly string[];
  readonly previews: readonly string[];
  readonly status: (checkpoint: number, sample: number) => number;
  /** Whether two checkpoints said the same. */
  readonly sameText: (a: number, b: number, sample: number) => boolean;
  readonly slice: (field: number, sample: number) => string;
  readonly scores: (metric: number) => Promise<MetricScores>;
}

/** One metric of every checkpoint over the samples of its task. */
export interface MetricScores {
  readonly place: number;
  readonly metric: MetaMetric;
  readonly start: number;
  readonly count: number;
  /** True if every score is the lowest or the highest possible: wrong or right. */
  readonly isBinary: boolean;
  /** NaN where there is none. `sample` counts over all tasks. */
  readonly value: (checkpoint: number, sample: number) => number;
}

export async function loadReport(): Promise<ReportData> {
  const reading = readJson<ReportMeta>(BlockName.meta);
  const columns = readColumns();
  const meta = await reading;
  const slices = await Promise.all(
    meta.slices.map((_, field) => readBytes(BlockName.slice(field)).then((bytes) => new Uint16Array(bytes))),
  );
  const [ids, previews, status, sameText, texts] = await columns;
  const openScores = recentCache(Infinity, (metric) => loadScores(meta, metric));
  return {
    meta,
    ids,
    previews,
    status: (checkpoint, sample) => status[checkpoint * meta.total + sample] ?? 0,
    sameText: (a, b, sample) => sameText[a * meta.total + sample] === sameText[b * meta.total + sample],
    slice: (field, sample) => meta.slices[field]?.values[slices[field]?.[sample] ?? 0] ?? "",
    ...texts,
    scores: openScores,
  };
}

/** All that every report has: opened at the same time, since decompression runs beside this thread. */
function readColumns(): Promise<[string[], string[], Uint8Array, Uint16Array, TextSource]> {
  return Promise.all([
    readJson<string[]>(BlockName.ids),
    readJson<string[]>(BlockName.previews),
    readBytes(BlockName.status).then((bytes) => new Uint8Array(bytes)),
    readBytes(BlockName.sameText).then((bytes) => new Uint16Array(bytes)),
    textSource(),
  ]);
}

async function loadScores(meta: ReportMeta, place: number): Promise<MetricScores> {
  const metric = meta.metrics[place] as MetaMetric;
  const [codes, values] = await Promise.all([
    readBytes(BlockName.codes(place)).then((bytes) => new Uint16Array(bytes)),
    readBytes(BlockName.values(place)).then((bytes) => new Float64Array(bytes)),
  ]);
  const { start, count } = meta.tasks[metric.task] ?? { start: 0, count: 0 };
  return {
    place,
    metric,
    start,
    count,
    isBinary: values.every((value) => metric.range.includes(value)),
    value(checkpoint, sample) {
      const code = codes[checkpoint * count + sample - start] ?? NO_SCORE;
      return code === NO_SCORE ? Number.NaN : (values[code] as number);
    },
  };
}
