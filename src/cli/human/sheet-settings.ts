import type { Comparison } from "../../compare/comparison.ts";
import { EvalhError } from "../../core/errors.ts";
import type { HumanForm } from "../../human/sheet.ts";
import { MOST_ANSWERS } from "../../human/verdict.ts";
import { loadSuite } from "../../suite/load.ts";
import type { Human } from "../../suite/suite.ts";

/** What the user says about the sheet to make. */
export interface SheetChoice {
  readonly form?: HumanForm;
  readonly sample?: number;
  readonly stratify?: readonly string[];
  readonly task?: readonly string[];
  readonly repeat?: number;
  readonly atLeast?: number;
  readonly prefer?: "disagreement";
  readonly gold?: string;
}

/** What is asked where nobody says. */
const DEFAULTS: Omit<Human, "tasks"> = {
  sample: 100,
  form: "pairwise",
  repeat: 0.1,
  stratify: [],
  atLeast: 5,
  preferDisagreement: false,
  gold: null,
  guidelines: null,
};

/**
 * The options over what the suite says, where it is still there, over defaults.
 * @throws EvalhError E_USAGE for tasks and columns that the run does not have
 */
export async function sheetSettings(
  options: SheetChoice,
  suiteFile: string,
  { rows, slices }: Comparison,
): Promise<Human> {
  const suite = await loadSuite(suiteFile, { allowOutside: true }).catch(() => null);
  const known = [...new Set(rows.filter(({ split }) => split === "test").map(({ task }) => task))];
  const generating = suite?.tasks.filter(({ kind }) => kind === "generate").map(({ name }) => name);
  const basis: Human = suite?.human ?? { ...DEFAULTS, tasks: generating ?? known };
  const settings: Human = {
    sample: options.sample ?? basis.sample,
    form: options.form ?? basis.form,
    stratify: options.stratify ?? basis.stratify,
    tasks: options.task ?? basis.tasks,
    repeat: options.repeat ?? basis.repeat,
    atLeast: options.atLeast ?? basis.atLeast,
    preferDisagreement: options.prefer === undefined ? basis.preferDisagreement : true,
    gold: options.gold ?? basis.gold,
    guidelines: basis.guidelines,
  };
  refuseUnknown("task", settings.tasks, known);
  refuseUnknown("slice column", settings.stratify, [...new Set(slices.map(({ field }) => field))]);
  return settings;
}

function refuseUnknown(what: string, wanted: readonly string[], known: readonly string[]): void {
  const missing = wanted.find((name) => !known.includes(name));
  if (missing === undefined) return;
  throw new EvalhError("E_USAGE", `the run has no ${what} "${missing}"`, {
    hint: known.length === 0 ? "it has none; name columns under `slices` in the suite" : `it has ${known.join(", ")}`,
  });
}

/** The checkpoints that were named; the one to ship and the last of the series (or the first) otherwise. */
export function chooseCheckpoints(
  { checkpoints, base }: Comparison,
  wanted: readonly string[] | undefined,
  form: HumanForm,
): string[] {
  const ids = checkpoints.map(({ id }) => id);
  const series = checkpoints.filter(({ role }) => role === "series").map(({ id }) => id);
  const other = series.findLast((id) => id !== base) ?? ids.find((id) => id !== base);
  const chosen = wanted?.map((name) => {
    const found = checkpoints.find(({ id, step }) => id === name || id.endsWith(`/${name}`) || String(step) === name);
    if (found !== undefined) return found.id;
    throw new EvalhError("E_USAGE", `there is no checkpoint "${name}" in this run`, {
      hint: `it has ${ids.join(", ")}`,
    });
  }) ?? [base, ...(other === undefined ? [] : [other])];
  const distinct = [...new Set(chosen)];
  const isCompared = form === "pairwise" || form === "choice";
  if (isCompared && distinct.length < 2) {
    throw new EvalhError("E_USAGE", `${form === "choice" ? "a choice needs" : "pairs need"} two checkpoints`, {
      hint: "name them with --checkpoint, or use --form rating",
    });
  }
  if (form === "choice" && distinct.length > MOST_ANSWERS) {
    throw new EvalhError("E_USAGE", `a choice shows ${MOST_ANSWERS} checkpoints at most, not ${distinct.length}`, {
      hint: "name fewer with --checkpoint, or use --form pairwise",
    });
  }
  return distinct;
}
