import type { Checkpoint } from "../core/checkpoint.ts";
import { EvalhError } from "../core/errors.ts";
import type { UnitInfo } from "../run/store/records.ts";
import { askedDifferently, haveSameSamples } from "./asked-alike.ts";
import { metricConflict } from "./baseline/baseline.ts";
import { runBaseline } from "./baseline/run-baseline.ts";
import { buildComparison } from "./compare.ts";
import type { Comparison, SampleSource } from "./comparison.ts";
import { equivalenceOf } from "./equivalence.ts";
import type { RunData } from "./run-data.ts";
import { sampleSource } from "./sample-source.ts";
import { unitKey } from "./shard-scan.ts";

/** One checkpoint of a run. */
export interface RunSide {
  readonly data: RunData;
  /** Id of the checkpoint. */
  readonly checkpoint: string;
}

export interface RunPair {
  readonly comparison: Comparison;
  readonly samples: SampleSource;
}

/**
 * Compares a checkpoint of one run with a checkpoint of another, sample by sample, over the tasks that both have. The
 * second run's gates on drops are held against the first.
 *
 * @param options.allowDifferent compares although prompts, tokenizers or settings of generation differ; what differs
 *   then stands in the summary
 * @throws EvalhError E_NOT_COMPARABLE if they were asked or judged differently
 */
export async function compareRuns(
  before: RunSide,
  after: RunSide,
  { allowDifferent = false }: { readonly allowDifferent?: boolean } = {},
): Promise<RunPair> {
  const { units, differences } = await commonUnits(before, after, allowDifferent);
  const labels = runLabels(before.data, after.data);
  const sides = [narrow(before, units, labels[0]), narrow(after, units, labels[1])] as const;
  const data = joined(sides[0], sides[1]);
  const [base = "", head = ""] = data.checkpoints.map(({ id }) => id);
  const baseline = runBaseline(before.data, before.checkpoint);
  const comparison = await buildComparison(data, { base, gated: head, baseline });
  const first = { ...before, data: sides[0].data, shown: base };
  const equivalence = [await equivalenceOf(first, { ...after, data: sides[1].data, shown: head })];
  return {
    comparison: {
      ...comparison,
      ship: null,
      load: [],
      equivalence,
      ...judgedPair(comparison, { head, base, differences }),
    },
    samples: zipped(sides[0], sides[1]),
  };
}

/** Test units that both runs have, as the second knows them, and in what they were asked differently. */
async function commonUnits(
  before: RunSide,
  after: RunSide,
  allowDifferent: boolean,
): Promise<{ units: UnitInfo[]; differences: string[] }> {
  const baseline = runBaseline(before.data, before.checkpoint);
  const units = after.data.manifest.units.filter(
    (unit) => unit.split === "test" && baseline.units.some((each) => unitKey(each) === unitKey(unit)),
  );
  const names = `${before.data.manifest.id} and ${after.data.manifest.id}`;
  if (units.length === 0) throw new EvalhError("E_NOT_COMPARABLE", `${names} have no task in common`);
  const differences = askedDifferently(before, after, units);
  const reprompted = allowDifferent ? await otherPrompts(before, after, units) : new Set<UnitInfo>();
  differences.push(...[...reprompted].map(({ task }) => `task "${task}" had other prompts`));
  const rows = after.data.metrics.filter(({ unit }) => units.includes(unit));
  const judged = rows.map((row) => metricConflict(baseline, row, { prompts: reprompted.has(row.unit) }));
  const conflicts = new Set(judged.filter((reason) => reason !== null));
  if (conflicts.size > 0) {
    throw new EvalhError("E_NOT_COMPARABLE", `${names} cannot be compared: ${[...conflicts].join("; ")}`, {
      hint: "judge both again by one suite (`evalh score RUN --suite SUITE`); other prompts need --allow-different",
    });
  }
  if (differences.length > 0 && !allowDifferent) {
    throw new EvalhError("E_NOT_COMPARABLE", `${names} were asked differently: ${differences.join("; ")}`, {
      hint: "if that is what you want to compare, add --allow-different",
    });
  }
  return { units, differences };
}

/** Units whose samples are the same but not what was asked of them. */
async function otherPrompts(before: RunSide, after: RunSide, units: readonly UnitInfo[]): Promise<Set<UnitInfo>> {
  const found = new Set<UnitInfo>();
  for (const unit of units) {
    const other = before.data.manifest.units.find((each) => unitKey(each) === unitKey(unit));
    if (other === undefined || other.digest === unit.digest) continue;
    if (await haveSameSamples(before.data, after.data, unit)) found.add(unit);
  }
  return found;
}

/** The ends of the runs' names, which are what people type, or whatever tells the two apart. */
function runLabels(before: RunData, after: RunData): readonly [string, string] {
  const [a, b] = [before.manifest.id, after.manifest.id];
  const end = (id: string): string => id.slice(id.lastIndexOf("-") + 1);
  if (end(a) !== end(b)) return [end(a), end(b)];
  return a === b ? ["first", "second"] : [a, b];
}

/** A run with one checkpoint and the common units only, in their order. */
interface Side {
  readonly data: RunData;
  /** The checkpoint under a name that tells the runs apart. */
  readonly shown: Checkpoint;
}

function narrow({ data, checkpoint }: RunSide, units: readonly UnitInfo[], label: string): Side {
  const index = data.checkpoints.findIndex(({ id }) => id === checkpoint);
  const found = data.checkpoints[index];
  if (found === undefined) throw new RangeError(`no checkpoint ${checkpoint}`);
  const own = units.flatMap((unit) => data.manifest.units.filter((each) => unitKey(each) === unitKey(unit)));
  const keys = new Set(own.map(unitKey));
  return {
    data: {
      ...data,
      manifest: { ...data.manifest, units: own },
      checkpoints: [found],
      metrics: data.metrics.filter(({ unit }) => keys.has(unitKey(unit))),
      columns: new Map([...data.columns].map(([key, list]) => [key, [list[index] ?? null]])),
      counts: new Map(
        [...data.counts].filter(([key]) => keys.has(key)).map(([key, list]) => [key, list.slice(index, index + 1)]),
      ),
    },
    shown: { ...found, id: `${found.id}@${label}`, role: "series", parent: null },
  };
}

function joined(before: Side, after: Side): RunData {
  const { manifest } = after.data;
  return {
    ...after.data,
    manifest: {
      ...manifest,
      id: `${before.data.manifest.id} → ${manifest.id}`,
      state: before.data.manifest.state === "complete" ? manifest.state : before.data.manifest.state,
      // What is not about a difference belongs to each run alone.
      gates: (manifest.gates ?? []).filter(({ mode }) => mode !== "threshold"),
    },
    checkpoints: [before.shown, after.shown],
    columns: new Map(
      after.data.metrics.map(({ key }) => [
        key,
        [...(before.data.columns.get(key) ?? [null]), ...(after.data.columns.get(key) ?? [null])],
      ]),
    ),
    counts: new Map(
      [...after.data.counts].map(([key, counts]) => [key, [...(before.data.counts.get(key) ?? []), ...counts]]),
    ),
    training: [],
    perturbed: [],
  };
}

/** What the pair says, in place of what a series of checkpoints would. */
function judgedPair(
  comparison: Comparison,
  {
    head,
    base,
    differences,
  }: { readonly head: string; readonly base: string; readonly differences: readonly string[] },
): Pick<Comparison, "verdict" | "summary"> {
  const index = comparison.checkpoints.findIndex(({ id }) => id === head);
  const found = comparison.rows.flatMap((row) => {
    const difference = comparison.cells[row.key]?.[index]?.difference;
    if (difference == null || !difference.significant || difference.value === 0) return [];
    const change = `${row.key} ${difference.value < 0 ? "−" : "+"}${Math.abs(difference.value).toFixed(1)}`;
    return [{ key: row.key, change, isBetter: difference.value > 0 === row.higherIsBetter }];
  });
  const better = found.filter(({ isBetter }) => isBetter);
  const worse = found.filter(({ isBetter }) => !isBetter);
  const parts = [
    ...(better.length === 0 ? [] : [`better in ${better.map(({ change }) => change).join(", ")}`]),
    ...(worse.length === 0 ? [] : [`worse in ${worse.map(({ change }) => change).join(", ")}`]),
    ...(found.length === 0 ? ["no significant difference in any metric"] : []),
  ];
  const headline = `${head} against ${base}: ${parts.join("; ")}.`;
  const resolution = comparison.summary.filter((sentence) => sentence.startsWith("Resolution"));
  const { verdict } = comparison;
  return {
    summary: [
      headline,
      ...(differences.length === 0 ? [] : [`Not only the model differs: ${differences.join("; ")}.`]),
      ...resolution,
    ],
    verdict:
      verdict.kind === "pass" && worse.length > 0 ? { kind: "regressed", gates: worse.map(({ key }) => key) } : verdict,
  };
}

/** Both runs' samples side by side: they have the same ones in the same order. */
function zipped(before: Side, after: Side): SampleSource {
  return {
    async *samples() {
      const others = sampleSource(before.data).samples()[Symbol.asyncIterator]();
      try {
        for await (const view of sampleSource(after.data).samples()) {
          const other = await others.next();
          const outputs = other.done === true ? [null] : other.value.outputs;
          yield { ...view, outputs: [...outputs, ...view.outputs] };
        }
      } finally {
        await others.return?.();
      }
    },
  };
}
