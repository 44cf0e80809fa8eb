import type { Asker } from "../core/judge.ts";
import { RUNS_FOLDER } from "../run/store/run-folder.ts";
import { digestItems } from "../run/items.ts";
import { runsUnit } from "../run/plan.ts";
import { describeUnits } from "../run/prepare.ts";
import { smallestDetectableDifference } from "../stats/power.ts";
import type { CliIo } from "./io.ts";
import { ExitCode } from "./io.ts";
import { resolveFor, type RunRequest } from "./start-run.ts";

/** Share of samples that typically change sides between neighbouring checkpoints; a run measures the real one. */
const DISCORDANT_SHARE = 0.25;

/** Shows what a run would ask; asks and writes nothing. */
export async function dryRun(request: RunRequest, io: CliIo): Promise<number> {
  const { suite } = request;
  const resolved = await resolveFor(request);
  const rewriting = countingAsker();
  const world = { seed: suite.seed, folder: suite.folder, ask: () => Promise.resolve(rewriting.asker) };
  const units = await describeUnits(suite, resolved, (task, split) => digestItems(task, { split, world }));
  const rows = units.map((unit) => {
    const checkpoints = resolved.checkpoints.filter(({ checkpoint }) => runsUnit(checkpoint, unit)).length;
    const requests = checkpoints * unit.n * unit.repeats;
    const asked = unit.perturbation?.of ?? unit.task;
    const maxTokens = suite.tasks.find(({ name }) => name === asked)?.generate.maxTokens ?? 0;
    const generated = unit.kind === "generate" ? requests * maxTokens : 0;
    return {
      task: unit.task,
      split: unit.split,
      kind: unit.kind,
      samples: unit.n,
      repeats: unit.repeats,
      checkpoints,
      requests,
      max_generated_tokens: generated,
      detectable_points: detectable(unit.n),
    };
  });
  const total = rows.reduce((sum, row) => sum + row.requests, 0);
  if (request.output !== "text") {
    const checkpoints = resolved.checkpoints.map(({ checkpoint }) => checkpoint);
    io.stdout.write(
      `${JSON.stringify({ format: "evalh-plan/1", suite: suite.name, checkpoints, units: rows, requests: total, rewrites: rewriting.count() }, null, 2)}\n`,
    );
    return ExitCode.pass;
  }
  io.stdout.write(
    `suite ${suite.name}: ${resolved.checkpoints.length} checkpoints, ${total.toLocaleString("en")} requests\n\n`,
  );
  for (const { checkpoint } of resolved.checkpoints) {
    const size = checkpoint.bytes === null ? "" : `${(checkpoint.bytes / 1e6).toFixed(2)} MB`;
    io.stdout.write(
      `  ${checkpoint.id.padEnd(36)} ${checkpoint.role.padEnd(8)} ${checkpoint.format.padEnd(14)} ${size}\n`,
    );
  }
  io.stdout.write("\n");
  for (const row of rows) {
    const split = row.split === "test" ? "" : ` (${row.split})`;
    io.stdout.write(
      `  ${`${row.task}${split}`.padEnd(28)} ${row.kind.padEnd(14)} ${row.samples} samples${row.repeats === 1 ? "" : ` × ${row.repeats}`} × ${row.checkpoints} checkpoints = ${row.requests} requests; ` +
        `${row.max_generated_tokens === 0 ? "" : `at most ${row.max_generated_tokens.toLocaleString("en")} new tokens; `}shows differences of about ${row.detectable_points.toFixed(1)} points\n`,
    );
  }
  if (rewriting.count() > 0) {
    io.stdout.write(`\n  ${rewriting.count().toLocaleString("en")} requests to models that rewrite samples\n`);
  }
  io.stdout.write(
    `\nnothing was asked; runs would go to ${request.root === RUNS_FOLDER ? RUNS_FOLDER : request.root}\n`,
  );
  return ExitCode.pass;
}

/** Stands for the models that rewrite samples: it counts what they would be asked. */
function countingAsker(): { readonly asker: Asker; readonly count: () => number } {
  let count = 0;
  return {
    count: () => count,
    asker: {
      ask: () => {
        count++;
        return Promise.resolve({ text: "…", finish: "unknown" });
      },
    },
  };
}

/** Percentage points of a 0/1 score that a paired test shows with 80 % power. */
function detectable(n: number): number {
  return n < 2 ? Infinity : smallestDetectableDifference({ n, sd: 100 * Math.sqrt(DISCORDANT_SHARE) });
}
