import type { Comparison } from "../../compare/comparison.ts";
import { EvalhError } from "../../core/errors.ts";
import type { HumanForm } from "../../human/sheet.ts";
import { loadSuite } from "../../suite/load.ts";
import type { Human } from "../../suite/suite.ts";

/** What the user says about the sheet to make. */
export interface SheetChoice {
  readonly form?: HumanForm;
  readonly sample?: number;
  readonly stratify?: readonly string[];
  readonly task?: readonly string[];
}

const DEFAULT_SAMPLE = 100;

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
  const basis: Human = suite?.human ?? {
    sample: DEFAULT_SAMPLE,
    form: "pairwise",
    repeat: 0.1,
    tasks: generating ?? known,
    stratify: [],
  };
  const { sample = basis.sample, form = basis.form, stratify = basis.stratify, task: tasks = basis.tasks } = options;
  refuseUnknown("task", tasks, known);
  refuseUnknown("slice column", stratify, [...new Set(slices.map(({ field }) => field))]);
  return { sample, form, repeat: basis.repeat, tasks, stratify };
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
  if (form === "pairwise" && new Set(chosen).size < 2) {
    throw new EvalhError("E_USAGE", "pairs need two checkpoints", {
      hint: "name them with --checkpoint, or use --form rating",
    });
  }
  return [...new Set(chosen)];
}
