import type { Comparison } from "../../../src/compare/comparison.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { formatBytes, formatSeconds, MISSING } from "../../number-format.ts";
import { markup, type Html } from "../markup.ts";
import { scrollTable } from "../part/scroll-table.ts";
import type { Section } from "./section.ts";

export const about: Section = {
  id: "about",
  title: "About this run",
  nav: "About",
  render: (comparison) => markup`${facts(comparison)}${signatures(comparison)}${checkpointTable(comparison)}`,
};

function facts({ suite, run }: Comparison): Html {
  const entries = [
    ["suite", `${suite.name}, version ${suite.version}`],
    ["suite digest", suite.digest],
    ["run", run.id],
    ["state", run.state],
    ["started", run.startedAt],
    ["took", formatSeconds(run.seconds)],
    ["host", run.host],
    ["backends", run.backends.join(", ")],
    ["seed", String(run.seed)],
    ["evalh", run.evalh],
  ] as const;
  return markup`<dl class="about">${entries.map(
    ([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

/** How each number was made: what must be cited with it. */
function signatures({ rows, cells }: Comparison): Html {
  return markup`<details><summary>How the numbers were made</summary>${scrollTable({
    label: "Metrics and their methods",
    look: "plain",
    head: markup`<tr><th scope="col">metric</th><th scope="col">signature</th><th scope="col">interval</th><th scope="col">test of differences</th></tr>`,
    body: rows.map(({ key, signature }) => {
      const list = cells[key] ?? [];
      const interval = list.find(({ estimate }) => estimate !== null)?.estimate?.method ?? MISSING;
      const test = list.find(({ difference }) => difference !== null)?.difference?.test ?? MISSING;
      return markup`<tr><th scope="row">${key}</th><td><code>${signature}</code></td><td>${interval}</td><td>${test}</td></tr>`;
    }),
  })}</details>`;
}

function checkpointTable({ checkpoints }: Comparison): Html {
  const label = checkpointLabels(checkpoints);
  return markup`<details><summary>Checkpoints on disk</summary>${scrollTable({
    label: "Checkpoints on disk",
    look: "plain",
    head: markup`<tr><th scope="col">checkpoint</th><th scope="col">format</th><th scope="col">size</th><th scope="col">sha256 of weights and tokenizer</th></tr>`,
    body: checkpoints.map(
      ({ id, format, bytes, digest }) =>
        markup`<tr><th scope="row">${label(id)}</th><td>${format}</td><td class="num">${bytes === null ? MISSING : formatBytes(bytes)}</td><td><code>${digest === null ? MISSING : digest.slice(0, 16)}</code></td></tr>`,
    ),
  })}</details>`;
}
