import { formatDelta } from "../../number-format.ts";
import { BlockName, type WorstSample } from "../data/format.ts";
import { readJson } from "./blocks.ts";
import { diffView, plainView } from "./browser/diff-view.ts";
import { el } from "./dom.ts";
import type { ReportData } from "./report-data.ts";

/** Prepares what paper shows in place of the browser: the samples that lost most. */
export async function printView(host: HTMLElement, data: ReportData): Promise<void> {
  const worst = await readJson<readonly WorstSample[]>(BlockName.worst);
  const { meta } = data;
  const metric = meta.metrics[meta.deciding];
  if (metric === undefined || worst.length === 0) return;
  const scores = await data.scores(meta.deciding);
  const label = (place: number): string => meta.checkpoints[place]?.label ?? "";
  host.replaceChildren(
    el(
      "h3",
      {},
      `The ${worst.length} largest losses in ${metric.key}: ${label(meta.head)} against ${label(meta.base)}`,
    ),
    ...worst.map(({ sample, stored: [prompt, references, outputs] }) => {
      const change = scores.value(meta.head, sample) - scores.value(meta.base, sample);
      const [before, after] = [outputs[meta.base]?.[0] ?? "", outputs[meta.head]?.[0] ?? ""];
      return el(
        "div",
        { class: "print-sample" },
        el("h4", {}, `${data.ids[sample] ?? ""}  ${formatDelta(change, metric.unit)}`),
        plainView(prompt),
        ...references.map((reference) => el("div", { class: "text reference" }, reference)),
        el("p", {}, `${label(meta.base)}:`),
        plainView(before),
        el("p", {}, `${label(meta.head)}, marked against ${label(meta.base)}:`),
        diffView(before, after),
      );
    }),
  );
}
