import type { Command } from "commander";

import { escapeText } from "../../../reports/escape-text.ts";
import { formatSpan } from "../../../reports/number-format.ts";
import { EvalhError, toErrorInfo } from "../../core/errors.ts";
import { diagnosePath, diagnosisDocument, type PathDiagnosis } from "../diagnose-path.ts";
import { describeFailure } from "../failure.ts";
import type { CommandContext } from "./index.ts";

export function configure(command: Command, { io, finish }: CommandContext): void {
  command
    .argument("<path...>", "run folders, training logs of any format, or JSONL/CSV of step, train_loss, val_loss")
    .option("--json", "print one JSON line a path, in order")
    .action(async (paths: readonly string[], options: { readonly json?: true }) => {
      for (const path of paths) {
        try {
          const found = await diagnosePath(path);
          io.stdout.write(options.json === true ? `${JSON.stringify(diagnosisDocument(found))}\n` : describe(found));
        } catch (error) {
          // Of several paths each has its line: one that cannot be read costs none of the others.
          if (paths.length === 1 || !(error instanceof EvalhError)) throw error;
          const failure = describeFailure(error);
          finish(failure.exitCode);
          io.stderr.write(failure.text);
          if (options.json === true)
            io.stdout.write(`${JSON.stringify({ verdict: null, path, error: toErrorInfo(error) })}\n`);
        }
      }
    });
}

function describe({
  path,
  verdict,
  since,
  ship,
  equivalent,
  evidence,
  ship_by: by,
  loss,
  warnings,
}: PathDiagnosis): string {
  const others = equivalent.filter((step) => step !== ship);
  const asGood = others.length === 0 ? "" : ` (as good: ${others.join(", ")})`;
  const shipped =
    ship === null
      ? ""
      : by === "loss"
        ? `; lowest evaluation loss at step ${ship}`
        : `; ship step ${ship}, best by ${by}`;
  const byLoss = by === "loss" || loss.ship === null ? [] : [`lowest evaluation loss at step ${loss.ship}`];
  const lines = [
    `${escapeText(path)}: ${verdict}${since === null ? "" : ` since step ${formatSpan(since)}`}${escapeText(shipped)}${asGood}`,
    ...[...byLoss, ...evidence].map((line) => `  ${escapeText(line)}`),
    ...warnings.map((line) => `  warning: ${escapeText(line)}`),
  ];
  return `${lines.join("\n")}\n`;
}
