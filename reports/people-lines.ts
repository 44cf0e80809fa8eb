import type { PeopleView } from "../src/compare/people.ts";
import type { Estimate } from "../src/core/estimate.ts";
import { marginText } from "../src/human/margin.ts";
import { textWidth } from "./console/text-width.ts";
import { escapeText } from "./escape-text.ts";
import { formatP, MISSING, plural } from "./number-format.ts";

/** A share of one as "57.1 %". */
export function shareText(value: number | null): string {
  return value === null ? MISSING : `${(100 * value).toFixed(1)} %`;
}

/** A coefficient from −1 to 1. */
export function coefficientText(value: number | null): string {
  return value === null ? MISSING : value.toFixed(2).replace("-", "−");
}

/** A value with its interval. */
export function intervalText(estimate: Estimate | null, text: (value: number) => string): string {
  if (estimate === null) return MISSING;
  const { value, lo, hi } = estimate;
  return `${text(value)} [${text(lo).replace(" %", "")}, ${text(hi).replace(" %", "")}]`;
}

/** How a form's means are written. */
export function meanText({ form }: Pick<PeopleView, "form">): (value: number) => string {
  return form === "rating" ? coefficientText : shareText;
}

/** What a form's mean is. */
export const meanWords: Readonly<Record<PeopleView["form"], string>> = {
  rating: "points of 5",
  correct: "right",
  pairwise: "won, ties half",
  choice: "chosen as best",
};

/** What the items judged so far can show. */
export function judgedMargin({ judged, form, means, pairs }: PeopleView): string {
  const groups = form === "pairwise" ? pairs.length : form === "choice" ? 1 : means.length;
  return marginText(judged, form, Math.max(1, groups));
}

/** The headline of a sheet. */
export function sheetTitle({ sheet, form, isPicked, judged, items, agreement }: PeopleView): string {
  return `sheet ${sheet} (${form}${isPicked ? ", samples picked by hand" : ""}): ${judged} of ${plural(items, "item")} judged by ${plural(agreement.raters, "rater")}`;
}

/** What raters agree on, in a sentence. */
export function agreementText({ agreement }: PeopleView): string {
  if (agreement.items === 0) return "agreement: no item was judged by two raters";
  const { items, percent, cohen, fleiss, krippendorff } = agreement;
  const parts = [
    `${shareText(percent)} equal`,
    ...(cohen === null ? [] : [`Cohen κ ${coefficientText(cohen)}`]),
    `Fleiss κ ${coefficientText(fleiss)}`,
    `Krippendorff α ${coefficientText(krippendorff)}`,
  ];
  const tentative = agreement.isTentative ? "; α below 0.667: conclusions are tentative" : "";
  return `agreement on ${plural(items, "item")}: ${parts.join(", ")}${tentative}`;
}

/** Everything about a sheet, as lines for a terminal. */
export function peopleLines(view: PeopleView): string[] {
  const means = view.means.map(({ checkpoint, mean }) => [
    escapeText(checkpoint),
    `${intervalText(mean, meanText(view))} ${meanWords[view.form]}`,
    `n=${mean?.n ?? 0}`,
  ]);
  return [
    sheetTitle(view),
    `  ${judgedMargin(view)}`,
    "",
    ...table(means),
    ...comparedLines(view),
    "",
    agreementText(view),
    ...table(view.raters.map(raterRow)),
    ...judgeLines(view),
  ];
}

function comparedLines({ pairs, strengths, position }: PeopleView): string[] {
  const lines = pairs.map(({ a, b, wins, losses, ties, identical, winRate, p }) => {
    const same = identical === 0 ? "" : ` (and ${identical} identical)`;
    return `  ${escapeText(a)} over ${escapeText(b)}: ${wins} won, ${losses} lost, ${ties} ties${same}; preferred ${intervalText(winRate, shareText)}; sign test ${formatP(p)}`;
  });
  if (position === null) return lines;
  if (strengths === null) lines.push("  Bradley–Terry: no estimate, since some checkpoint never won or never lost");
  else {
    const ordered = Object.entries(strengths).toSorted((x, y) => y[1].value - x[1].value);
    const each = ordered.map(
      ([name, { value, lo, hi }]) =>
        `${escapeText(name)} ${coefficientText(value)} [${coefficientText(lo)}, ${coefficientText(hi)}]`,
    );
    lines.push(`  Bradley–Terry: ${each.join(", ")}`);
  }
  const { rate, expected, p } = position;
  const bias = p < 0.05 ? `: position bias, ${formatP(p)}` : "";
  lines.push(`  the first answer was picked ${intervalText(rate, shareText)} of ${shareText(expected)}${bias}`);
  return lines;
}

function raterRow(each: PeopleView["raters"][number]): string[] {
  return [
    escapeText(each.rater),
    plural(each.answers, "answer"),
    `with the others ${shareText(each.agreement)}`,
    each.steady.of === 0 ? "" : `repeats ${each.steady.same}/${each.steady.of}`,
    each.gold.of === 0 ? "" : `gold ${each.gold.right}/${each.gold.of}`,
    each.medianSeconds === null ? "" : `${each.medianSeconds.toFixed(1)} s an item`,
    each.isOutlier ? "OUTLIER: agrees with the others less than they do among themselves" : "",
  ];
}

function judgeLines({ judges, form }: PeopleView): string[] {
  if (judges.length === 0) return [];
  const isCompared = form === "pairwise" || form === "choice";
  const rows = judges.map(({ metric, n, accuracy, p, kappa, spearman, kendall, gap }) => [
    escapeText(metric),
    ...(isCompared
      ? [`prefers the same ${intervalText(accuracy, shareText)}`, p === null ? "" : formatP(p)]
      : [`Spearman ${intervalText(spearman, coefficientText)}`, `Kendall ${coefficientText(kendall)}`]),
    kappa === null ? "" : `κ ${coefficientText(kappa)}`,
    gap === null ? "" : `bias ${gap.bias < 0 ? "−" : "+"}${shareText(Math.abs(gap.bias))}`,
    gap === null ? "" : `calibration error ${shareText(gap.error)}`,
    `n=${n}`,
  ]);
  return ["", "automatic judges against people:", ...table(rows)];
}

/** Columns side by side; those that are empty in every row are left out. */
function table(rows: readonly (readonly string[])[]): string[] {
  const used = (rows[0] ?? []).map((_, column) => Math.max(0, ...rows.map((row) => textWidth(row[column] ?? ""))));
  return rows.map((row) => {
    const cells = row.flatMap((cell, column) => {
      const width = used[column] ?? 0;
      return width === 0 ? [] : [cell + " ".repeat(width - textWidth(cell))];
    });
    return `  ${cells.join("  ")}`.trimEnd();
  });
}

/** What a report says of people in a line or two a sheet. */
export function peopleSummary(view: PeopleView): string[] {
  const [best] = view.judges.toSorted((a, b) => closeness(b) - closeness(a));
  const outliers = view.raters.filter(({ isOutlier }) => isOutlier).map(({ rater }) => escapeText(rater));
  const closest =
    best === undefined || closeness(best) <= 0
      ? []
      : [
          best.accuracy === null
            ? `closest to people is ${escapeText(best.metric)}: Spearman ${intervalText(best.spearman, coefficientText)}`
            : `closest to people is ${escapeText(best.metric)}: prefers the same answer ${intervalText(best.accuracy, shareText)}`,
        ];
  return [
    `${sheetTitle(view)}; ${agreementText(view)}`,
    ...closest,
    ...(outliers.length === 0 ? [] : [`agrees with nobody: ${outliers.join(", ")}`]),
  ];
}

function closeness({ accuracy, spearman }: PeopleView["judges"][number]): number {
  return accuracy?.value ?? spearman?.value ?? 0;
}
