import type { Command } from "commander";

import { listRuns, readManifest, RUNS_FOLDER } from "../../run/store/run-folder.ts";
import type { CommandContext } from "./index.ts";

export function configure(command: Command, { io }: CommandContext): void {
  command
    .option("-o, --output <folder>", "where runs are kept", RUNS_FOLDER)
    .option("--json", "print one JSON document")
    .action(async (options: { readonly output: string; readonly json?: true }) => {
      const rows = [];
      for (const { folder } of await listRuns(options.output)) {
        const { id, state, suite, checkpoints, attempts } = await readManifest(folder);
        rows.push({
          id,
          folder,
          state,
          suite: suite.name,
          checkpoints: checkpoints.length,
          started_at: attempts[0]?.startedAt ?? null,
        });
      }
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
        return;
      }
      if (rows.length === 0) io.stdout.write(`no runs in ${options.output}; make one with \`evalh run <suite>\`\n`);
      for (const row of rows)
        io.stdout.write(
          `${row.id}  ${row.state.padEnd(11)}  ${row.checkpoints} checkpoints  ${row.started_at ?? ""}\n`,
        );
    });
}
