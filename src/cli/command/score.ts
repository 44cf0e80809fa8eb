import { dirname } from "node:path";

import type { Command } from "commander";

import { EvalhError } from "../../core/errors.ts";
import { judgeModels, type JudgeModels } from "../../run/judge-models.ts";
import { createJudgesOf, describeJudges } from "../../run/plan.ts";
import { rescore, type Rescoring } from "../../run/rescore.ts";
import { lockRun } from "../../run/store/lock.ts";
import type { RunManifest } from "../../run/store/records.ts";
import { findRun, readManifest, writeManifest } from "../../run/store/run-folder.ts";
import { loadSuite } from "../../suite/load.ts";
import type { Suite } from "../../suite/suite.ts";
import { locateSuite } from "../locate-suite.ts";
import { scorePairs } from "../score-pairs.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly suite?: string;
  readonly judge?: readonly string[];
  readonly allowCode?: true;
  readonly json?: true;
}

export function configure(command: Command, { io }: CommandContext): void {
  command
    .argument(
      "[run or file]",
      "a run to judge again; with --judge a JSONL file of {output, references}, or - for standard input",
    )
    .option("--suite <suite>", "take the judges from this suite instead of the run's own")
    .option("--judge <name...>", "judge pairs of output and references without a run")
    .option("--allow-code", "let a model that judges be a program (backend `command`)")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      '\nExample:\n  echo \'{"output": "a cat", "references": ["the cat"]}\' | evalh score --judge bleu rouge\n',
    )
    .action(async (wanted: string | undefined, options: Options) => {
      if (options.judge !== undefined) {
        await scorePairs(wanted ?? "-", options.judge, { io, json: options.json === true });
        return;
      }
      const folder = await findRun(wanted ?? "latest");
      await using _lock = await lockRun(folder);
      const manifest = await readManifest(folder);
      const path = options.suite === undefined ? null : await locateSuite(options.suite);
      const suite = path === null ? null : await loadSuite(path, { allowOutside: true });
      await using models = judgeModels({
        suite: () => suite ?? loadSuite(manifest.suite.file, { allowOutside: true }),
        world: { secret: (name) => io.env[name], allowCommands: options.allowCode === true },
      });
      models.attach({ folder, checkpoints: manifest.checkpoints.map(({ id }) => id) });
      const plan = await rescorePlan(manifest, suite, models.context);
      const judged = await rescore(folder, manifest, plan);
      const judgedUnits = manifest.units.map(
        (unit) => plan.find(({ unit: { task, split } }) => task === unit.task && split === unit.split)?.unit ?? unit,
      );
      await writeManifest(folder, { ...manifest, units: judgedUnits });
      const text = `judged ${judged} answers again; \`evalh compare ${manifest.id}\` shows them\n`;
      io.stdout.write(options.json === true ? `${JSON.stringify({ run: manifest.id, judged })}\n` : text);
    });
}

/** Scores that another program gave cannot be made again; judging the answers as numbers would only lose them. */
function refuseRecorded({ id }: RunManifest, unit: RunManifest["units"][number]): void {
  const recorded = unit.judges.find(({ module, options }) => module === "recorded" && "source" in options);
  if (recorded === undefined) return;
  const { source } = recorded.options;
  throw new EvalhError(
    "E_JUDGE",
    `the scores of run ${id} come from ${typeof source === "string" ? source : "another program"} and cannot be made again`,
    {
      hint: "judge its answers by judges of your own: `evalh score RUN --suite SUITE`",
    },
  );
}

async function rescorePlan(
  manifest: RunManifest,
  suite: Suite | null,
  models: JudgeModels["context"],
): Promise<Rescoring[]> {
  const context = { ...models, folder: suite?.folder ?? dirname(manifest.suite.file) };
  const plan: Rescoring[] = [];
  // A total has no answers that could be judged: it stays what it is.
  const answered = manifest.units.filter(({ kind }) => kind !== "total");
  for (const unit of answered.length === 0 ? manifest.units : answered) {
    if (suite === null) {
      refuseRecorded(manifest, unit);
      const judges = await createJudgesOf(unit, context);
      const infos = unit.judges.map((info, index) => ({
        ...info,
        version: judges[index]?.version ?? "",
        signature: judges[index]?.signature ?? "",
      }));
      plan.push({ unit: { ...unit, judges: infos }, judges });
      continue;
    }
    const wanted = unit.perturbation?.of ?? unit.task;
    const task = suite.tasks.find(({ name }) => name === wanted);
    if (task === undefined) {
      throw new EvalhError("E_NOT_COMPARABLE", `the suite has no task "${wanted}", which the run answered`, {
        place: { file: suite.file },
      });
    }
    const judges = await createJudgesOf({ ...unit, judges: task.judges }, context);
    const slices = unit.perturbation === undefined ? task.slices : [];
    plan.push({ unit: { ...unit, slices, judges: describeJudges(task, judges) }, judges });
  }
  return plan;
}
