import type { Command } from "commander";

import { renderGates } from "../../../reports/console/gate-block.ts";
import { gateDocument } from "../../../reports/json.ts";
import { requireComparable } from "../../compare/baseline/baseline.ts";
import { buildComparison } from "../../compare/compare.ts";
import { readRun } from "../../compare/run-data.ts";
import { EvalhError } from "../../core/errors.ts";
import { findRun } from "../../run/store/run-folder.ts";
import { loadSuite } from "../../suite/load.ts";
import { BASELINE_HELP, loadBaseline } from "../baseline-option.ts";
import { gateExit } from "../gate-exit.ts";
import { GATE_HELP, gatesOfFlags, repeated } from "../gate-flags.ts";
import { columnsOf, useColor } from "../io.ts";
import { locateSuite } from "../locate-suite.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly baseline?: string;
  readonly checkpoint?: string;
  readonly suite?: string;
  readonly gate?: readonly string[];
  readonly strict?: true;
  readonly json?: true;
}

export function configure(command: Command, { io, finish }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .option("--baseline <baseline>", BASELINE_HELP)
    .option("--checkpoint <checkpoint>", "hold this checkpoint against the gates instead of the one to ship")
    .option("--suite <suite>", "take the gates from this suite instead of the run's own")
    .option("--gate <gate>", GATE_HELP, repeated)
    .option("--strict", "exit with 4 where a gate is inconclusive")
    .option("--json", "print one JSON document")
    .action(async (wanted: string, options: Options) => {
      const read = await readRun(await findRun(wanted));
      const own = options.suite === undefined ? (read.manifest.gates ?? []) : await gatesOf(options.suite);
      const gates = [...own, ...(await gatesOfFlags(options.gate ?? [], read))];
      if (gates.length === 0) {
        throw new EvalhError("E_USAGE", `run ${read.manifest.id} has no gates: nothing was checked`, {
          hint: "name one with --gate, or add `gates` to the suite and name it with --suite",
        });
      }
      const data = { ...read, manifest: { ...read.manifest, gates } };
      const baseline = await loadBaseline(options.baseline, data.manifest.suite.name);
      if (baseline !== null) requireComparable(data, baseline, gates);
      const { checkpoint } = options;
      const comparison = await buildComparison(data, {
        baseline,
        ...(checkpoint === undefined ? {} : { gated: checkpoint }),
      });
      const incomplete = data.manifest.state !== "complete";
      finish(gateExit(comparison, { incomplete, strict: options.strict === true }));
      if (options.json === true) {
        const { verdict, run } = comparison;
        const document = { format: "evalh-gates/1", run: run.id, verdict, gates: comparison.gates.map(gateDocument) };
        io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
        return;
      }
      io.stdout.write(renderGates(comparison, { columns: columnsOf(io, io.stdout), color: useColor(io, io.stdout) }));
      if (incomplete) io.stderr.write(`warning: the run is ${data.manifest.state}: not every sample was answered\n`);
    });
}

async function gatesOf(suite: string): Promise<Awaited<ReturnType<typeof loadSuite>>["gates"]> {
  return (await loadSuite(await locateSuite(suite), { allowOutside: true })).gates;
}
