import type { Estimate } from "../core/estimate.ts";
import { readItems } from "../run/items.ts";
import type { ItemRecord, UnitInfo } from "../run/store/records.ts";
import { WHOLE_WORDS, type TrainingText } from "../run/training-text.ts";
import { hashWords, PASSAGE_WORDS, wordsOf } from "../run/word-grams.ts";
import { wilson } from "../stats/proportion.ts";
import type { RunData } from "./run-data.ts";
import { scanShard, unitKey } from "./shard-scan.ts";

/** How much one checkpoint wrote down from its training text. */
export interface Copying {
  readonly checkpoint: string;
  /** Answers that were looked at. */
  readonly n: number;
  /** Answers with eight words or more, in a row, that stand so in the training text but not in prompt or reference. */
  readonly passages: number;
  /** Answers that are, word for word, another row's whole target (of three words or more) and not the reference. */
  readonly wholes: number;
  /** Words of the longest such passage. */
  readonly longest: number;
  /** Share of answers, in percent, that are either. Null without answers. */
  readonly share: Estimate | null;
  /** Positions of such samples, at most ten. */
  readonly samples: readonly number[];
}

/** What was learned by heart, for every task that generates text. */
export interface Memorisation {
  readonly trainingRows: number;
  /** False where the training text was too large to be looked at whole: copies may then be missed. */
  readonly whole: boolean;
  readonly tasks: readonly { readonly task: string; readonly checkpoints: readonly Copying[] }[];
}

const MOST_SAMPLES = 10;
/** Suspects kept to be held against prompt and reference; more would only narrow the interval. */
const MOST_SUSPECTS = 20_000;

/** Searches the answers of a run's series for its training text. */
export async function findMemorisation(data: RunData, text: TrainingText): Promise<Memorisation> {
  const tasks = [];
  for (const unit of data.manifest.units) {
    if (unit.split !== "test" || unit.kind !== "generate") continue;
    const checkpoints: Copying[] = [];
    for (const { id, role } of data.checkpoints) {
      if (role === "series") checkpoints.push(await copyingOf(data, unit, { checkpoint: id, text }));
    }
    tasks.push({ task: unitKey(unit), checkpoints });
  }
  return { trainingRows: text.rows, whole: text.whole, tasks };
}

async function copyingOf(
  data: RunData,
  unit: UnitInfo,
  { checkpoint, text }: { readonly checkpoint: string; readonly text: TrainingText },
): Promise<Copying> {
  const suspects = new Map<number, string>();
  let n = 0;
  await scanShard({ folder: data.folder, checkpoint }, [unit], (_unit, _slot, { record }) => {
    if (record.error !== undefined || record.repeat > 0) return;
    n++;
    const words = wordsOf(record.output);
    if (suspects.size < MOST_SUSPECTS && (longestCopy(words, text) > 0 || isWholeAnswer(words, text)))
      suspects.set(record.i, record.output);
  });
  let longest = 0;
  const found = { passages: 0, wholes: 0, either: 0, samples: [] as number[] };
  if (suspects.size > 0) {
    for await (const item of readItems(data.folder, unit)) {
      const output = suspects.get(item.i);
      if (output === undefined) continue;
      const copy = copyIn(output, item, text);
      longest = Math.max(longest, copy.words);
      found.passages += Number(copy.words > 0);
      found.wholes += Number(copy.isWhole);
      if (copy.words === 0 && !copy.isWhole) continue;
      found.either++;
      if (found.samples.length < MOST_SAMPLES) found.samples.push(item.i);
    }
  }
  const { passages, wholes, samples } = found;
  return { checkpoint, n, passages, wholes, longest, share: shareOf(found.either, n), samples };
}

/** What an answer has from the training text, beyond what its prompt and references hold anyway. */
export function copyIn(
  output: string,
  item: Pick<ItemRecord, "prompt" | "references">,
  text: Pick<TrainingText, "passages" | "answers">,
): { readonly words: number; readonly isWhole: boolean } {
  const words = wordsOf(output);
  const given = [item.prompt, ...item.references].map((each) => ` ${wordsOf(each).join(" ")} `);
  const isGiven = (start: number, count: number): boolean => {
    const passage = ` ${words.slice(start, start + count).join(" ")} `;
    return given.some((each) => each.includes(passage));
  };
  return {
    words: longestCopy(words, text, (start) => !isGiven(start, PASSAGE_WORDS)),
    isWhole: isWholeAnswer(words, text) && !isGiven(0, words.length),
  };
}

/** Words of the longest run whose every passage stands in the training text; 0 for none. */
function longestCopy(
  words: readonly string[],
  { passages }: Pick<TrainingText, "passages">,
  counts: (start: number) => boolean = () => true,
): number {
  let longest = 0;
  let run = 0;
  for (let start = 0; start + PASSAGE_WORDS <= words.length; start++) {
    run = passages.has(hashWords(words, start, PASSAGE_WORDS)) && counts(start) ? run + 1 : 0;
    if (run > 0) longest = Math.max(longest, run + PASSAGE_WORDS - 1);
  }
  return longest;
}

function isWholeAnswer(words: readonly string[], { answers }: Pick<TrainingText, "answers">): boolean {
  return words.length >= WHOLE_WORDS && answers.has(hashWords(words, 0, words.length));
}

function shareOf(count: number, n: number): Estimate | null {
  if (n === 0) return null;
  const [lo, hi] = wilson(count / n, n, { level: 0.95, scale: 100 });
  return { value: (100 * count) / n, n, lo, hi, method: "wilson-95" };
}
