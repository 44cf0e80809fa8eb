import { human, type HumanStats } from "../../judges/human.ts";
import { readItems } from "../run/items.ts";
import type { JudgeInfo, UnitInfo } from "../run/store/records.ts";
import type { HumanForm } from "./sheet.ts";
import { checkpointsOf, judgedItems, meanCredits } from "./stats/judged-item.ts";
import { loadAnswers, loadKeys, type JudgedSheet } from "./store.ts";

/** What people said of a run's answers, as the statistics that the judge `human` has of its samples. */
export interface PeopleScores {
  /** Sheets that somebody has answered, the oldest first. */
  readonly sheets: readonly JudgedSheet[];
  /** A unit with the judges that people are to it. */
  withJudges(unit: UnitInfo): UnitInfo;
  /** The statistics of a checkpoint's answers in a unit. */
  of(unit: UnitInfo, checkpoint: string): readonly PersonScore[];
  /** Where in the test split a sample stands that people were asked about. */
  ordinalOf(task: string, sample: string): number | undefined;
}

export interface PersonScore {
  /** Position of the sample. */
  readonly ordinal: number;
  /** Name of the judge. */
  readonly judge: string;
  readonly stats: HumanStats;
}

/** Judge → task → checkpoint → sample → statistics. */
type Table = Map<string, Map<string, Map<string, Map<string, HumanStats>>>>;

/**
 * Reads the answers to a run's sheets. The form of the oldest sheet is the judge "human"; other forms, which are other
 * scales, are judges of their own: "human_pairwise". Sheets of one form are pooled, each with the weight of its items.
 * Sheets of samples that somebody picked are no scores.
 */
export async function readPeople(folder: string, units: readonly UnitInfo[]): Promise<PeopleScores> {
  const sheets: JudgedSheet[] = [];
  for (const key of await loadKeys(folder)) {
    const answers = await loadAnswers(folder, key.id);
    if (answers.length > 0) sheets.push({ key, answers });
  }
  const drawn = sheets.filter(({ key }) => key.isPicked !== true);
  const names = judgeNames(drawn);
  const table = tableOf(drawn, names);
  const ordinals = new Map<string, ReadonlyMap<string, number>>();
  for (const unit of units) {
    if (unit.split === "test" && sheets.length > 0) ordinals.set(unit.task, await readOrdinals(folder, unit, sheets));
  }
  const ofUnit = (unit: UnitInfo): string[] =>
    unit.split === "test" ? [...names.values()].filter((name) => table.get(name)?.has(unit.task)) : [];
  return {
    sheets,
    withJudges(unit) {
      const found = ofUnit(unit);
      if (found.length === 0) return unit;
      const others = unit.judges.filter(({ module }) => module !== human.name);
      const forms = [...names].filter(([, name]) => found.includes(name));
      return { ...unit, judges: [...others, ...forms.map(([form, name]) => judgeInfo(form, name))] };
    },
    of: (unit, checkpoint) =>
      ofUnit(unit).flatMap((judge) =>
        [...(table.get(judge)?.get(unit.task)?.get(checkpoint) ?? [])].flatMap(([sample, stats]) => {
          const ordinal = ordinals.get(unit.task)?.get(sample);
          return ordinal === undefined ? [] : [{ ordinal, judge, stats }];
        }),
      ),
    ordinalOf: (task, sample) => ordinals.get(task)?.get(sample),
  };
}

function judgeNames(sheets: readonly JudgedSheet[]): Map<HumanForm, string> {
  const names = new Map<HumanForm, string>();
  for (const { key } of sheets) {
    if (!names.has(key.form)) names.set(key.form, names.size === 0 ? human.name : `${human.name}_${key.form}`);
  }
  return names;
}

function judgeInfo(form: HumanForm, name: string): JudgeInfo {
  const options = { form };
  const { version, signature } = human.create(options, {});
  return { name, module: human.name, options, version, signature };
}

function tableOf(sheets: readonly JudgedSheet[], names: ReadonlyMap<HumanForm, string>): Table {
  const table: Table = new Map();
  for (const sheet of sheets) {
    const alike = sheets.filter(({ key }) => key.form === sheet.key.form);
    const judged = (each: JudgedSheet): number => new Set(each.answers.map(({ item }) => item)).size;
    const share = judged(sheet) / alike.reduce((sum, each) => sum + judged(each), 0);
    addSheet(table, sheet, { judge: names.get(sheet.key.form) ?? human.name, share });
  }
  return table;
}

function addSheet(
  table: Table,
  { key, answers }: JudgedSheet,
  { judge, share }: { readonly judge: string; readonly share: number },
): void {
  const add = (task: string, checkpoint: string, sample: string, more: HumanStats): void => {
    const byTask = slot(table, judge, () => new Map<string, Map<string, Map<string, HumanStats>>>());
    const byCheckpoint = slot(byTask, task, () => new Map<string, Map<string, HumanStats>>());
    const bySample = slot(byCheckpoint, checkpoint, () => new Map<string, HumanStats>());
    const [a = 0, b = 0, c = 0, d = 0] = bySample.get(sample) ?? [];
    bySample.set(sample, [a + more[0], b + more[1], c + more[2], d + more[3]]);
  };
  const asked = new Set<string>();
  for (const item of judgedItems(key, answers)) {
    const { kind, task, sample } = item.entry;
    if (kind !== "new") continue;
    const weight = item.entry.weight * share;
    for (const [checkpoint, credit] of meanCredits(item))
      add(task, checkpoint, sample, [credit * weight, weight, 0, 0]);
    for (const checkpoint of checkpointsOf(item.entry)) asked.add(`${task}\n${checkpoint}`);
  }
  for (const { task, checkpoints, samples } of key.identical) {
    // Ties are known of answers that people were asked about elsewhere; alone they say nothing.
    if (!checkpoints.every((checkpoint) => asked.has(`${task}\n${checkpoint}`))) continue;
    for (const checkpoint of checkpoints) {
      for (const sample of samples) add(task, checkpoint, sample, [0, 0, share / checkpoints.length, share]);
    }
  }
}

function slot<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

async function readOrdinals(
  folder: string,
  unit: UnitInfo,
  sheets: readonly JudgedSheet[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = new Set(
    sheets.flatMap(({ key }) => [
      ...Object.values(key.entries).flatMap(({ task, sample }) => (task === unit.task ? [sample] : [])),
      ...key.identical.flatMap(({ task, samples }) => (task === unit.task ? samples : [])),
    ]),
  );
  const ordinals = new Map<string, number>();
  if (wanted.size === 0) return ordinals;
  for await (const { id, i } of readItems(folder, unit)) if (wanted.has(id)) ordinals.set(id, i);
  return ordinals;
}
