import { EvalhError } from "../../core/errors.ts";
import type { Imported, ImportedJudge, ImportedSample, ImportedTask } from "./imported.ts";
import { scoreShapes, type ScoreShape } from "./score-shape.ts";
import { totalShapes } from "./total-task.ts";

/** Programs that write a file for each task leave several for one model: those whose tasks differ are one result. */
export function joinTasks(results: readonly Imported[]): Imported[] {
  const joined: Imported[] = [];
  for (const result of results) {
    const names = new Set(result.tasks.map(({ name }) => name));
    const index = joined.findIndex(
      ({ program, model, tasks }) =>
        program === result.program && model === result.model && !tasks.some(({ name }) => names.has(name)),
    );
    const before = joined[index];
    if (before === undefined) joined.push(result);
    else {
      const tasks = [...before.tasks, ...result.tasks];
      joined[index] = { ...before, tasks, warnings: [...before.warnings, ...result.warnings] };
    }
  }
  return joined;
}

/** A task with the samples that all models were asked. */
export interface MergedTask {
  readonly name: string;
  readonly kind: ImportedTask["kind"];
  readonly judges: readonly ImportedJudge[];
  readonly samples: readonly ImportedSample[];
  readonly repeats: number;
  readonly shapes: readonly ScoreShape[];
  readonly source: string;
}

/** Every task with the samples of all results. @throws EvalhError E_NOT_COMPARABLE where they differ */
export function mergeTasks(results: readonly Imported[]): MergedTask[] {
  // The first metric chooses the checkpoint: single answers, which can be paired, come before totals.
  const all = results.flatMap(({ tasks }) => tasks).toSorted((a, b) => rankOf(a) - rankOf(b));
  return [...new Set(all.map(({ name }) => name))].map((name) => {
    const own = all.filter((task) => task.name === name);
    if (new Set(own.map(rankOf)).size > 1) throw totalsAmongSamples(name);
    const samples = new Map<string, ImportedSample>();
    for (const sample of own.flatMap((task) => task.samples)) {
      const known = samples.get(sample.id);
      if (known === undefined) samples.set(sample.id, sample);
      else if (known.prompt !== sample.prompt)
        throw differing(name, own[0]?.kind === "total" ? [known.prompt, sample.prompt] : sample.id);
    }
    const repeats = Math.max(1, ...own.flatMap((task) => task.samples.map(({ answers }) => answers.length)));
    return {
      name,
      kind: own[0]?.kind ?? "generate",
      samples: [...samples.values()],
      repeats,
      judges: own[0]?.judges ?? [],
      shapes: own[0]?.kind === "total" ? totalShapes(own) : scoreShapes(own),
      source: sourceOf(results, own),
    };
  });
}

function rankOf({ kind }: ImportedTask): number {
  return kind === "total" ? 1 : 0;
}

/** Who scored, and by which version of the task: numbers from other sources are not compared. */
function sourceOf(results: readonly Imported[], tasks: readonly ImportedTask[]): string {
  const programs = [...new Set(results.map(({ program }) => program))].join(", ");
  const versions = [...new Set(tasks.map(({ version }) => version).filter((version) => version !== ""))].join(", ");
  return versions === "" ? programs : `${programs}, task version ${versions}`;
}

function totalsAmongSamples(task: string): EvalhError {
  return new EvalhError("E_NOT_COMPARABLE", `task "${task}" has single answers of one model and totals of another`, {
    hint: "import them one by one, or let the program keep the samples of both",
  });
}

function differing(task: string, what: string | readonly [string, string]): EvalhError {
  const message =
    typeof what === "string"
      ? `task "${task}" asks sample "${what}" with different prompts`
      : `task "${task}" is of different data: ${what.join(" ")}`;
  const hint = "results of different prompts or data are separate runs: import them one by one";
  return new EvalhError("E_NOT_COMPARABLE", message, { hint });
}
