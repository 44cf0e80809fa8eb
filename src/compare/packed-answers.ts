import { hashSeed } from "../stats/hash-seed.ts";
import type { SampleRecord, UnitInfo } from "../run/store/records.ts";
import { scanShard, unitKey } from "./shard-scan.ts";

/** What of an answer is needed to see whether another one is the same. */
export interface PackedAnswer {
  /** Place of the likeliest choice, or a hash of the text: equal where the answers are. */
  readonly answer: number;
  /** Log-probability of each continuation; null where text was generated. */
  readonly choices: Float64Array | null;
  /** Natural log-probabilities a token: of each continuation, or of each token that was generated. */
  readonly logprobs: Float64Array | null;
}

/** One checkpoint's answers by unit key and slot. */
export async function packAnswers(
  folder: string,
  checkpoint: string,
  units: readonly UnitInfo[],
): Promise<ReadonlyMap<string, readonly (PackedAnswer | undefined)[]>> {
  const answers = new Map<string, (PackedAnswer | undefined)[]>(units.map((unit) => [unitKey(unit), []]));
  await scanShard({ folder, checkpoint }, units, (unit, slot, { record }) => {
    const list = answers.get(unitKey(unit));
    // An error is told before the answer that came later.
    if (list !== undefined) list[slot] = record.error === undefined ? pack(record) : undefined;
  });
  return answers;
}

function pack({ choices, logprobs, output }: SampleRecord): PackedAnswer {
  if (choices === undefined) {
    return {
      answer: hashSeed(output),
      choices: null,
      logprobs: logprobs === undefined ? null : Float64Array.from(logprobs),
    };
  }
  const values = Float64Array.from(choices, ([logprob]) => logprob);
  return {
    answer: values.indexOf(values.reduce((top, value) => Math.max(top, value), -Infinity)),
    choices: values,
    logprobs: Float64Array.from(choices, ([logprob, tokens]) => logprob / Math.max(1, tokens)),
  };
}
