import { judges as judgeMap } from "../../judges/index.ts";
import type { Estimate } from "../core/estimate.ts";
import { EvalhError } from "../core/errors.ts";
import type { Judge } from "../core/judge.ts";
import type { JsonValue } from "../core/json.ts";
import { didYouMean } from "../core/near-name.ts";
import { estimate } from "../stats/estimate.ts";

/** An output with its accepted answers. */
export interface Pair {
  readonly output: string;
  readonly references: readonly string[];
}

/** One metric over all pairs. */
export interface PairScore {
  readonly metric: string;
  /** Null when no pair could be judged. */
  readonly score: Estimate | null;
  readonly signature: string;
  /** Pairs that could not be judged. */
  readonly skipped: number;
}

/** The interval of the same pairs is the same every time. */
const SEED = 12345;

/** Judges pairs as they come and keeps statistics only. */
export interface PairJudging {
  add(pairs: readonly Pair[]): Promise<void>;
  /** One entry a metric, judges in the order they were named. */
  finish(): PairScore[];
}

/** @throws EvalhError E_USAGE for a judge that does not exist */
export async function openPairJudging(names: readonly string[]): Promise<PairJudging> {
  const judges = await Promise.all(names.map(openJudge));
  const stats = judges.map((): JsonValue[] => []);
  let count = 0;
  return {
    async add(pairs) {
      for (const pair of pairs) {
        const sample = { id: String(count++), input: "", references: pair.references, metadata: {} };
        for (const [index, judge] of judges.entries()) {
          const score = await judge.score({ text: pair.output, finish: "unknown" }, sample);
          if (score.kind === "scored") stats[index]?.push(score.stats);
        }
      }
    },
    finish() {
      return judges.flatMap((judge, index) => {
        const own = stats[index] ?? [];
        return judge.metrics.map((metric) => ({
          metric: metric.name,
          score: estimate(metric.sufficient(own), { seed: SEED, range: metric.range }),
          signature: judge.signature,
          skipped: count - own.length,
        }));
      });
    },
  };
}

async function openJudge(name: string): Promise<Judge> {
  const load = Object.entries(judgeMap).find(([known]) => known === name)?.[1];
  if (load !== undefined) return (await load()).create({}, {});
  const names = Object.keys(judgeMap);
  throw new EvalhError("E_USAGE", `there is no judge "${name}"`, {
    hint: didYouMean(name, names) ?? `there are ${names.join(", ")}`,
  });
}
