import type { PeopleResult } from "../../../src/compare/people.ts";
import type { Estimate } from "../../../src/core/estimate.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { formatCount, formatP, MISSING, plural } from "../../number-format.ts";
import { markup, type Html } from "../markup.ts";
import { scrollTable } from "../part/scroll-table.ts";
import type { Section } from "./section.ts";

type Label = (id: string) => string;

export const people: Section = {
  id: "people",
  title: "What people said",
  nav: "People",
  render(comparison) {
    if (comparison.people.length === 0) return null;
    const label = checkpointLabels(comparison.checkpoints);
    return markup`${comparison.people.map((result) => sheetView(result, label))}`;
  },
};

function sheetView(result: PeopleResult, label: Label): Html {
  const { sheet, judged, items, agreement, pairwise } = result;
  return markup`<h3>Sheet ${sheet}</h3><p class="intro">${formatCount(judged)} of ${plural(items, "item")} judged by ${plural(agreement.raters, "rater")}, blind and in random order. ${agreementText(result)}</p>${pairwise === null ? meanTable(result, label) : pairTable(pairwise, label)}${metricTable(result)}`;
}

function agreementText({ agreement: { items, percent, krippendorff, isTentative } }: PeopleResult): string {
  if (items === 0 || percent === null) return "Nobody’s answers overlap: how far people agree is not known.";
  const alpha = krippendorff === null ? "" : `, Krippendorff’s α ${krippendorff.toFixed(2)}`;
  const caution = isTentative ? ": below 0.667, so read what follows as tentative" : "";
  return `On the ${plural(items, "item")} that several judged, ${(100 * percent).toFixed(0)} % of their answers are equal${alpha}${caution}.`;
}

function pairTable({ pairs, position }: NonNullable<PeopleResult["pairwise"]>, label: Label): Html {
  return markup`${scrollTable({
    label: "Answers side by side",
    look: "plain",
    head: markup`<tr><th scope="col">pair</th><th scope="col" class="num">first wins</th><th scope="col" class="num">ties</th><th scope="col" class="num">second wins</th><th scope="col" class="num">same answer</th><th scope="col" class="num">prefer the first</th><th scope="col" class="num">sign test</th></tr>`,
    body: pairs.map(
      ({ a, b, wins, losses, ties, identical, winRate, p }) =>
        markup`<tr><th scope="row">${label(a)}<small>against ${label(b)}</small></th><td class="num">${wins}</td><td class="num">${ties}</td><td class="num">${losses}</td><td class="num">${identical}</td>${shareCell(winRate)}<td class="num">${formatP(p)}</td></tr>`,
    ),
  })}${position.rate !== null && markup`<p class="note">The answer on the left won ${share(position.rate.value)} of the time (${formatP(position.p)}).</p>`}`;
}

function meanTable({ means, form }: PeopleResult, label: Label): Html {
  const isShare = form === "correct";
  return scrollTable({
    label: "Answers one by one",
    look: "plain",
    head: markup`<tr><th scope="col">checkpoint</th><th scope="col" class="num">${isShare ? "right" : "mean of 1 to 5"}</th><th scope="col" class="num">n</th></tr>`,
    body: means.map(
      ({ checkpoint, mean }) =>
        markup`<tr><th scope="row">${label(checkpoint)}</th>${isShare ? shareCell(mean) : pointsCell(mean)}<td class="num">${mean?.n ?? 0}</td></tr>`,
    ),
  });
}

function metricTable({ judges = [], form }: PeopleResult): Html | null {
  if (judges.length === 0) return null;
  const isPaired = form === "pairwise";
  return markup`<h4>Do the metrics agree with people?</h4>${scrollTable({
    label: "Metrics against people",
    look: "plain",
    head: markup`<tr><th scope="col">metric</th><th scope="col" class="num">${isPaired ? "prefers the same answer" : "rank correlation"}</th><th scope="col" class="num">n</th></tr>`,
    body: judges.map(({ metric, n, accuracy, spearman }) => {
      const value = isPaired ? (accuracy === null ? MISSING : share(accuracy)) : (spearman?.toFixed(2) ?? MISSING);
      return markup`<tr><th scope="row">${metric}</th><td class="num">${value}</td><td class="num">${n}</td></tr>`;
    }),
  })}`;
}

function shareCell(estimate: Estimate | null): Html {
  if (estimate === null) return markup`<td class="num missing">${MISSING}</td>`;
  return markup`<td class="num">${share(estimate.value)}<small>${share(estimate.lo)} to ${share(estimate.hi)}</small></td>`;
}

function pointsCell(estimate: Estimate | null): Html {
  if (estimate === null) return markup`<td class="num missing">${MISSING}</td>`;
  return markup`<td class="num">${estimate.value.toFixed(2)}<small>${estimate.lo.toFixed(2)} to ${estimate.hi.toFixed(2)}</small></td>`;
}

function share(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
