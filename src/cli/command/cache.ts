import type { Command } from "commander";

import {
  CACHE_FOLDER,
  CACHE_LIMIT,
  countAnswers,
  listScopes,
  pruneCache,
  type CachedScope,
} from "../../run/cache/cache-folder.ts";
import { formatBytes, parseBytes } from "../cache-option.ts";
import type { CommandContext } from "./index.ts";

interface ScopeStats extends Pick<CachedScope, "checkpoint" | "task" | "backend" | "bytes"> {
  readonly answers: number;
  /** ISO 8601. */
  readonly used: string;
}

export function configure(command: Command, { io }: CommandContext): void {
  command
    .command("stats")
    .description("what is kept: by checkpoint and task, with sizes")
    .option("--json", "print one JSON document")
    .action(async (options: { readonly json?: true }) => {
      const scopes: ScopeStats[] = [];
      for (const scope of await listScopes(CACHE_FOLDER)) {
        const { checkpoint, task, backend, bytes, usedMs } = scope;
        const answers = await countAnswers(scope);
        scopes.push({ checkpoint, task, backend, bytes, answers, used: new Date(usedMs).toISOString() });
      }
      io.stdout.write(
        options.json === true
          ? `${JSON.stringify({ folder: CACHE_FOLDER, limit: CACHE_LIMIT, ...totalOf(scopes), scopes }, null, 2)}\n`
          : describe(scopes),
      );
    });
  command
    .command("clear")
    .description("forget answers: all of them, or those used longest ago")
    .option("--keep <size>", "keep this much of what was used last, for example 500MB", parseBytes, 0)
    .option("--json", "print one JSON document")
    .action(async ({ keep, json }: { readonly keep: number; readonly json?: true }) => {
      const removed = await pruneCache(CACHE_FOLDER, keep);
      if (json === true) {
        io.stdout.write(`${JSON.stringify({ folder: CACHE_FOLDER, removed })}\n`);
        return;
      }
      io.stdout.write(`removed ${formatBytes(removed)} from ${CACHE_FOLDER}\n`);
    });
}

function totalOf(scopes: readonly ScopeStats[]): { bytes: number; answers: number } {
  const sum = (of: (scope: ScopeStats) => number): number => scopes.reduce((total, scope) => total + of(scope), 0);
  return { bytes: sum(({ bytes }) => bytes), answers: sum(({ answers }) => answers) };
}

function describe(scopes: readonly ScopeStats[]): string {
  const { bytes, answers } = totalOf(scopes);
  const rows = scopes.map(
    (scope) =>
      `  ${`${scope.checkpoint} ${scope.task}`.padEnd(44)} ${String(scope.answers).padStart(9)} answers ` +
      `${formatBytes(scope.bytes).padStart(9)}  ${scope.used.slice(0, 16).replace("T", " ")}  ${scope.backend}\n`,
  );
  return `${answers.toLocaleString("en")} answers, ${formatBytes(bytes)} in ${CACHE_FOLDER}\n${rows.join("")}`;
}
