import type { Command } from "commander";

import { judges } from "../../../judges/index.ts";
import type { JudgeModule } from "../../core/judge.ts";
import { EvalhError } from "../../core/errors.ts";
import type { CommandContext } from "./index.ts";

const LONGEST_NAME = Math.max(...Object.keys(judges).map((name) => name.length));

export function configure(command: Command, { io }: CommandContext): void {
  command
    .argument("[name]", "explain this judge")
    .option("--json", "print one JSON document")
    .action(async (name: string | undefined, options: { readonly json?: true }) => {
      const modules = await Promise.all(Object.values(judges).map((load): Promise<JudgeModule> => load()));
      const chosen = name === undefined ? modules : modules.filter((module) => module.name === name);
      if (chosen.length === 0) {
        throw new EvalhError("E_USAGE", `there is no judge "${name}"`, {
          hint: `there are ${modules.map((module) => module.name).join(", ")}`,
        });
      }
      if (options.json === true) io.stdout.write(`${JSON.stringify(chosen.map(describe), null, 2)}\n`);
      else for (const module of chosen) io.stdout.write(name === undefined ? line(module) : details(module));
    });
}

function describe(module: JudgeModule): object {
  const { name, summary, reference, needsReferences, options, example } = module;
  const judge = module.create(example.options ?? {}, {});
  const metrics = judge.metrics.map((metric) => ({
    name: metric.name,
    range: metric.range.map((bound) => (Number.isFinite(bound) ? bound : null)),
    higher_is_better: metric.higherIsBetter,
    unit: metric.unit,
  }));
  return { name, summary, reference, needs_references: needsReferences, metrics, options, example };
}

function line(module: JudgeModule): string {
  const metrics = module.create(module.example.options ?? {}, {}).metrics;
  const [first] = metrics;
  const direction = first?.higherIsBetter === true ? "↑" : "↓";
  const [low, high] = (first?.range ?? [0, 0]).map((bound) => (Number.isFinite(bound) ? String(bound) : "∞"));
  return `${module.name.padEnd(LONGEST_NAME)} ${direction} ${`${low}..${high}`.padEnd(12)} ${module.summary}\n`;
}

function details(module: JudgeModule): string {
  const { example } = module;
  const metrics = module
    .create(example.options ?? {}, {})
    .metrics.map(
      (metric) =>
        `  ${metric.name}: ${metric.range[0]}..${metric.range[1]}, ${metric.higherIsBetter ? "higher" : "lower"} is better`,
    );
  return [
    `${module.name}: ${module.summary}`,
    `reference: ${module.reference}`,
    "metrics:",
    ...metrics,
    `options: ${JSON.stringify(module.options["properties"] ?? {}, null, 2)}`,
    "example:",
    `  output     ${JSON.stringify(example.output)}`,
    ...example.references.map((reference) => `  reference  ${JSON.stringify(reference)}`),
    ...Object.entries(example.values).map(([metric, value]) => `  ${metric} = ${value}`),
    "",
  ].join("\n");
}
