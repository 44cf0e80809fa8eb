import type { PeopleView } from "../../../src/compare/people.ts";
import type { Estimate } from "../../../src/core/estimate.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { formatCount, formatP, MISSING, plural } from "../../number-format.ts";
import { coefficientText, judgedMargin, meanText, meanWords, shareText } from "../../people-lines.ts";
import { markup, type Html } from "../markup.ts";
import { scrollTable } from "../part/scroll-table.ts";
import { tabs } from "../part/tabs.ts";
import type { Section } from "./section.ts";

type Label = (id: string) => string;

/** What people said, how far they agree, and how far every judge goes along with them: a tab a sheet. */
export const people: Section = {
  id: "people",
  title: "What people said",
  nav: "People",
  render(comparison) {
    if (comparison.people.length === 0) return null;
    const label = checkpointLabels(comparison.checkpoints);
    const views = comparison.people.map((view) => ({
      name: `${view.form} ${view.sheet}`,
      content: sheetView(view, label),
    }));
    return tabs(views, { label: "Sheet" });
  },
};

function sheetView(view: PeopleView, label: Label): Html {
  const { judged, items, agreement } = view;
  return markup`<p class="intro">${formatCount(judged)} of ${plural(items, "item")} judged by ${plural(agreement.raters, "rater")}, blind and in random order. ${view.isPicked && "Somebody picked these samples: they stand for no others. "}${judgedMargin(view)}.</p>${meansTable(view, label)}${pairsTable(view, label)}${positionNote(view)}<h3>Do people agree with each other?</h3><p class="intro">${agreementSentence(view)}</p>${ratersTable(view)}${judgesTable(view)}`;
}

function agreementSentence({ agreement }: PeopleView): string {
  const { items, percent, cohen, fleiss, krippendorff, isTentative } = agreement;
  if (items === 0 || percent === null) return "Nobody’s answers overlap: how far people agree is not known.";
  const coefficients = [
    ...(cohen === null ? [] : [`Cohen’s κ ${coefficientText(cohen)}`]),
    ...(fleiss === null ? [] : [`Fleiss’ κ ${coefficientText(fleiss)}`]),
    ...(krippendorff === null ? [] : [`Krippendorff’s α ${coefficientText(krippendorff)}`]),
  ];
  const caution = isTentative ? ": α below 0.667, so read what follows as tentative" : "";
  return `On the ${plural(items, "item")} that several judged, ${[`${(100 * percent).toFixed(0)} % of their answers are equal`, ...coefficients].join(", ")}${caution}.`;
}

const head = (text: string): Html => markup`<th scope="col">${text}</th>`;
const numberHead = (text: string): Html => markup`<th scope="col" class="num">${text}</th>`;

/** A number with its interval below. */
function intervalCell(estimate: Estimate | null, text: (value: number) => string): Html {
  if (estimate === null) return markup`<td class="num missing">${MISSING}</td>`;
  const { value, lo, hi } = estimate;
  return markup`<td class="num" data-v="${value}">${text(value)}<small>${text(lo)} to ${text(hi)}</small></td>`;
}

const numberCell = (value: number | null, text: (value: number) => string): Html =>
  value === null
    ? markup`<td class="num missing">${MISSING}</td>`
    : markup`<td class="num" data-v="${value}">${text(value)}</td>`;

function meansTable(view: PeopleView, label: Label): Html {
  const { strengths } = view;
  return scrollTable({
    label: "What people say of each checkpoint",
    look: "plain",
    head: markup`<tr>${head("checkpoint")}${[meanWords[view.form], "n", ...(strengths === null ? [] : ["Bradley–Terry strength"])].map(numberHead)}</tr>`,
    body: view.means.map(({ checkpoint, mean }) => {
      const strength = strengths?.[checkpoint];
      const estimate = strength === undefined ? null : { ...strength, n: mean?.n ?? 0, method: "" };
      return markup`<tr><th scope="row">${label(checkpoint)}</th>${intervalCell(mean, meanText(view))}${numberCell(mean?.n ?? 0, String)}${strengths !== null && intervalCell(estimate, coefficientText)}</tr>`;
    }),
  });
}

function pairsTable({ pairs }: PeopleView, label: Label): Html | null {
  if (pairs.length === 0) return null;
  return scrollTable({
    label: "Pairs of checkpoints",
    look: "plain",
    head: markup`<tr>${head("pair")}${["won", "lost", "ties", "identical", "preferred", "sign test"].map(numberHead)}</tr>`,
    body: pairs.map(
      ({ a, b, wins, losses, ties, identical, winRate, p }) =>
        markup`<tr><th scope="row">${label(a)} over ${label(b)}</th>${[wins, losses, ties, identical].map((count) => numberCell(count, String))}${intervalCell(winRate, shareText)}${numberCell(p, formatP)}</tr>`,
    ),
  });
}

function positionNote({ position }: PeopleView): Html | null {
  if (position === null) return null;
  const { rate, expected, p } = position;
  const verdict = p < 0.05 ? `a position bias, ${formatP(p)}` : "no position bias is seen";
  return markup`<p class="note">The first answer was picked ${rate === null ? MISSING : shareText(rate.value)} of the time, ${shareText(expected)} without a bias: ${verdict}.</p>`;
}

function ratersTable({ raters }: PeopleView): Html {
  const ratio = ({ of }: { readonly of: number }, some: number): Html =>
    of === 0
      ? markup`<td class="num missing">${MISSING}</td>`
      : markup`<td class="num" data-v="${some / of}">${some}/${of}</td>`;
  return scrollTable({
    label: "Raters",
    look: "plain",
    head: markup`<tr>${head("rater")}${["answers", "with the others", "repeats alike", "gold right", "seconds an item"].map(numberHead)}${head("remark")}</tr>`,
    body: raters.map(
      ({ rater, answers, agreement, steady, gold, medianSeconds, isOutlier }) =>
        markup`<tr><th scope="row">${rater}</th>${numberCell(answers, String)}${numberCell(agreement, shareText)}${ratio(steady, steady.same)}${ratio(gold, gold.right)}${numberCell(medianSeconds, (value) => value.toFixed(1))}<td>${isOutlier && markup`<span class="label bad"><span aria-hidden="true">!</span> agrees with the others less than they do</span>`}</td></tr>`,
    ),
  });
}

function judgesTable({ judges, form }: PeopleView): Html | null {
  if (judges.length === 0) return null;
  const isCompared = form === "pairwise" || form === "choice";
  const names = isCompared
    ? ["n", "prefers the same", "against guessing", "κ"]
    : ["n", "Spearman", "Kendall", "κ", "bias", "calibration error"];
  const rows = judges.map(({ metric, n, accuracy, p, kappa, spearman, kendall, gap }) => {
    const agreement = isCompared
      ? markup`${intervalCell(accuracy, shareText)}${numberCell(p, formatP)}`
      : markup`${intervalCell(spearman, coefficientText)}${numberCell(kendall, coefficientText)}`;
    const calibration = isCompared
      ? null
      : markup`${numberCell(gap?.bias ?? null, (value) => `${value < 0 ? "−" : "+"}${shareText(Math.abs(value))}`)}${numberCell(gap?.error ?? null, shareText)}`;
    return markup`<tr><th scope="row">${metric}</th>${numberCell(n, String)}${agreement}${numberCell(kappa, coefficientText)}${calibration}</tr>`;
  });
  return markup`<h3>Do the judges agree with people?</h3>${scrollTable({
    label: "Automatic judges against people",
    look: "plain",
    head: markup`<tr>${head("metric")}${names.map(numberHead)}</tr>`,
    body: rows,
  })}<details><summary>Calibration: what people say where a judge says so much</summary>${judges.map((judge) => calibrationTable(judge, isCompared))}</details>`;
}

function calibrationTable({ metric, calibration }: PeopleView["judges"][number], isCompared: boolean): Html | null {
  if (calibration.length === 0) return null;
  const judge = isCompared ? "difference of its scores" : "its score";
  const said = isCompared ? "people agree" : "people, as a share of their scale";
  const text = (value: number): string => value.toPrecision(3);
  return scrollTable({
    label: `Calibration of ${metric}`,
    look: "plain",
    head: markup`<tr>${head(`${metric}: ${judge}`)}${["n", "mean", said].map(numberHead)}</tr>`,
    body: calibration.map(
      ({ lo, hi, n, judge: mean, people: share }) =>
        markup`<tr><th scope="row">${text(lo)} to ${text(hi)}</th>${numberCell(n, String)}${numberCell(mean, text)}${intervalCell(share, shareText)}</tr>`,
    ),
  });
}
