import type { Command } from "commander";

import { readRun } from "../../compare/run-data.ts";
import { sampleSource } from "../../compare/sample-source.ts";
import { EvalhError } from "../../core/errors.ts";
import type { Estimate } from "../../core/estimate.ts";
import { marginText } from "../../human/margin.ts";
import { humanStats, type HumanStats } from "../../human/stats/index.ts";
import { judgeAgreement, type JudgeAgreement } from "../../human/stats/judge-agreement.ts";
import { judgedItems } from "../../human/stats/judged-item.ts";
import type { PairwiseResult } from "../../human/stats/pairwise.ts";
import { loadAnswers, loadSheet } from "../../human/store.ts";
import { findRun } from "../../run/store/run-folder.ts";
import type { CommandContext } from "../command/index.ts";

interface Options {
  readonly sheet?: string;
  readonly json?: true;
}

export function configureStats(command: Command, { io }: CommandContext): void {
  command
    .argument("[run]", "a run's folder or the end of its name", "latest")
    .option("--sheet <id>", "the sheet, where the run has several")
    .option("--json", "print one JSON document")
    .action(async (wanted: string, options: Options) => {
      const data = await readRun(await findRun(wanted));
      const { key } = await loadSheet(data.folder, options.sheet);
      const answers = await loadAnswers(data.folder, key.id);
      if (answers.length === 0) {
        throw new EvalhError("E_USAGE", `nobody has answered sheet ${key.id} yet`, {
          hint: "add answers with `evalh human import`",
        });
      }
      const stats = humanStats(key, answers);
      const lowerIsBetter = new Set(data.metrics.filter(({ metric }) => !metric.higherIsBetter).map((row) => row.key));
      const judges = await judgeAgreement(judgedItems(key, answers), sampleSource(data).samples(), {
        form: key.form,
        checkpoints: data.checkpoints.map(({ id }) => id),
        lowerIsBetter,
      });
      const document = { format: "evalh-human-stats/1", run: data.manifest.id, ...stats, judges };
      io.stdout.write(options.json === true ? `${JSON.stringify(document, null, 2)}\n` : describe(stats, judges));
    });
}

const share = (value: number | null): string => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);
const coefficient = (value: number | null): string => (value === null ? "–" : value.toFixed(2));

function interval(estimate: Estimate | null, isShare: boolean): string {
  if (estimate === null) return "–";
  const { value, lo, hi, n } = estimate;
  const text = (x: number): string => (isShare ? share(x) : x.toFixed(2));
  return `${text(value)} [${text(lo)}, ${text(hi)}] n=${n}`;
}

function describe(stats: HumanStats, judges: readonly JudgeAgreement[]): string {
  const { agreement } = stats;
  const lines = [
    `sheet ${stats.sheet} (${stats.form}): ${stats.judged} of ${stats.items} items judged by ${agreement.raters} raters`,
  ];
  lines.push(`  ${marginText(Math.max(1, stats.judged))}`, "");
  for (const { checkpoint, mean } of stats.means)
    lines.push(`  ${checkpoint}: ${interval(mean, stats.form === "correct")}`);
  if (stats.pairwise !== null) lines.push(...pairLines(stats.pairwise));
  lines.push(
    "",
    `agreement on ${agreement.items} items: ${share(agreement.percent)} equal, Cohen ${coefficient(agreement.cohen)}, Fleiss ${coefficient(agreement.fleiss)}, Krippendorff ${coefficient(agreement.krippendorff)}${agreement.items > 0 && agreement.isTentative ? " (below 0.667: tentative)" : ""}`,
  );
  for (const each of stats.raters) {
    const gold = each.gold.of === 0 ? "" : `, gold ${each.gold.right}/${each.gold.of}`;
    const steady = each.steady.of === 0 ? "" : `, repeats ${each.steady.same}/${each.steady.of}`;
    const time = each.medianSeconds === null ? "" : `, ${each.medianSeconds.toFixed(1)} s an item`;
    const outlier = each.isOutlier ? "  OUTLIER: agrees with the others less than they do among themselves" : "";
    lines.push(
      `  ${each.rater}: ${each.answers} answers, with the others ${share(each.agreement)}${steady}${gold}${time}${outlier}`,
    );
  }
  if (judges.length > 0) lines.push("", "automatic metrics against people:");
  for (const { metric, n, accuracy, p, spearman, kendall } of judges) {
    const text =
      stats.form === "pairwise"
        ? `prefers the same answer ${share(accuracy)}${p === null ? "" : `, p ${p.toFixed(3)}`}`
        : `Spearman ${coefficient(spearman)}, Kendall ${coefficient(kendall)}`;
    lines.push(`  ${metric}: ${text} (n=${n})`);
  }
  return `${lines.join("\n")}\n`;
}

function pairLines({ pairs, strengths, position }: PairwiseResult): string[] {
  const lines = pairs.map(
    ({ a, b, wins, losses, ties, identical, winRate, p }) =>
      `  ${a} over ${b}: ${wins} won, ${losses} lost, ${ties} ties${identical === 0 ? "" : ` (and ${identical} identical)`}; preferred ${interval(winRate, true)}; sign test p ${p.toFixed(3)}`,
  );
  if (strengths === null) lines.push("  Bradley–Terry: no estimate, since some checkpoint never won or never lost");
  else {
    const ordered = Object.entries(strengths).toSorted((x, y) => y[1].value - x[1].value);
    lines.push(
      `  Bradley–Terry: ${ordered.map(([name, { value, lo, hi }]) => `${name} ${value.toFixed(2)} [${lo.toFixed(2)}, ${hi.toFixed(2)}]`).join(", ")}`,
    );
  }
  lines.push(`  the left answer won ${interval(position.rate, true)}${position.p < 0.05 ? ": position bias" : ""}`);
  return lines;
}
