import type { Judge } from "../core/judge.ts";
import type { RunData } from "../compare/run-data.ts";
import type { Resolved } from "../run/prepare.ts";
import { readManifest } from "../run/store/run-folder.ts";
import { metricName } from "../suite/metric-name.ts";
import type { Gate, Suite, Task } from "../suite/suite.ts";

/** Text of the option's help. */
export const GATE_HELP = 'a further gate: "task/metric max_drop=1", with the keys of a suite\'s gates; may be repeated';

/** Gathers an option that may be repeated. */
export function repeated(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** A suite with the gates of the command line behind its own; a run that goes on keeps those it was begun with. */
export async function withGateFlags(
  suite: Suite,
  { judges }: Pick<Resolved, "judges">,
  { flags, resume }: { readonly flags: readonly string[]; readonly resume: string | null },
): Promise<Suite> {
  if (flags.length === 0) {
    const begun = resume === null ? [] : ((await readManifest(resume)).gates ?? []);
    return { ...suite, gates: [...suite.gates, ...begun.filter(({ place }) => place.file === "")] };
  }
  // Loaded when there are flags: checking them takes a compiler of schemas.
  const { parseGateFlags } = await import("../suite/gate-flag.ts");
  const metrics = new Map(
    suite.tasks.map((task) => [task.name, { names: metricNames(task, judges.get(task.name) ?? []), areAll: true }]),
  );
  const gates = parseGateFlags(flags, {
    metrics,
    slices: new Map(suite.tasks.map(({ name, slices }) => [name, slices])),
    perturbations: new Map(suite.tasks.map(({ name, perturb }) => [name, perturb.map((each) => each.name)])),
    hasLog: suite.training !== null,
    alpha: suite.alpha,
  });
  return { ...suite, gates: [...suite.gates, ...gates] };
}

function metricNames(task: Task, judges: readonly Judge[]): Set<string> {
  return new Set(
    judges.flatMap((judge, index) => {
      const module = task.judges[index]?.module ?? judge.name;
      return judge.metrics.map(({ name }) => metricName({ module, name: judge.name }, name, judge.metrics.length));
    }),
  );
}

/** The gates of the command line for a run that has ended. */
export async function gatesOfFlags(flags: readonly string[], { manifest, metrics }: RunData): Promise<Gate[]> {
  if (flags.length === 0) return [];
  const { parseGateFlags } = await import("../suite/gate-flag.ts");
  const units = manifest.units.filter(({ split }) => split === "test");
  const tests = units.filter(({ perturbation }) => perturbation === undefined);
  const namesOf = (task: string): Set<string> =>
    new Set(
      metrics
        .filter(({ unit }) => unit.task === task && unit.split === "test")
        .map(({ key }) => key.slice(task.length + 1)),
    );
  return parseGateFlags(flags, {
    metrics: new Map(tests.map(({ task }) => [task, { names: namesOf(task), areAll: true }])),
    slices: new Map(tests.map(({ task, slices }) => [task, slices])),
    perturbations: new Map(
      tests.map(({ task }) => [
        task,
        units.flatMap(({ perturbation }) => (perturbation?.of === task ? [perturbation.name] : [])),
      ]),
    ),
    hasLog: manifest.trainingFormat !== null,
    alpha: manifest.alpha,
  });
}
