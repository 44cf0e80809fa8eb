import type { Checkpoint } from "../core/checkpoint.ts";
import { hasInterval, type Estimate } from "../core/estimate.ts";
import type { MetricUnit } from "../core/judge.ts";
import type { UnitInfo } from "../run/store/records.ts";
import type { Cell, MetricRow, ShipChoice, Training, Verdict } from "./comparison.ts";
import type { RunData } from "./run-data.ts";

interface SummaryInputs {
  readonly data: RunData;
  readonly rows: readonly MetricRow[];
  readonly cells: Readonly<Record<string, readonly Cell[]>>;
  readonly training: Training | null;
  readonly ship: ShipChoice | null;
  readonly verdict: Verdict;
  readonly base: string;
}

/** The comparison in a few sentences, the headline first. */
export function summarise(inputs: SummaryInputs): string[] {
  const first = headline(inputs);
  const ship = shipSentences(inputs);
  const [choice] = ship;
  // That there is no log is no news: the checkpoint to ship is.
  const hasNews = inputs.verdict.kind !== "pass" || inputs.training !== null || choice === undefined;
  return [
    ...(hasNews ? [first, ...ship] : [choice, first, ...ship.slice(1)]),
    ...disagreement(inputs),
    ...variantSentences(inputs),
    ...resolution(inputs),
  ];
}

function headline({ verdict, training }: SummaryInputs): string {
  switch (verdict.kind) {
    case "overfit":
      return `Overfitting by the loss since step ${span(verdict.since)}.`;
    case "diverged":
      return verdict.since === null
        ? "The training diverged."
        : `The training diverged at step ${span(verdict.since)}.`;
    case "regressed":
      return `Regressed: ${verdict.gates.join(", ")}.`;
    case "inconclusive":
      return `Inconclusive: ${verdict.why}.`;
    case "pass":
      return training === null
        ? "No training log was given: checkpoints are compared by their scores alone."
        : curveSentence(training.diagnosis.verdict);
    default:
      return verdict satisfies never;
  }
}

function curveSentence(verdict: Training["diagnosis"]["verdict"]): string {
  const sentences: Readonly<Record<typeof verdict, string>> = {
    healthy: "The loss curves are healthy: no sign of overfitting.",
    underfit: "Underfit: the evaluation loss was still falling when the training ended.",
    plateau: "Plateau: the evaluation loss hardly moved over the whole training.",
    regressed: "The evaluation loss rose although the training loss did not fall.",
    overfit: "Overfitting by the loss.",
    diverged: "The training diverged.",
    inconclusive: "The loss curves are too short or too noisy for a verdict.",
  };
  return sentences[verdict];
}

function shipSentences({ ship, data, rows, cells }: SummaryInputs): string[] {
  if (ship === null) return [];
  const index = data.checkpoints.findIndex(({ id }) => id === ship.checkpoint);
  const estimate = cells[ship.metric]?.[index]?.estimate;
  const row = rows.find(({ key }) => key === ship.metric);
  const score = estimate == null || row === undefined ? "" : `, ${scoreText(estimate, row.unit)}`;
  const sentences = [`Ship ${nameOf(data, data.checkpoints[index])}: best ${inWords(ship.metric)}${score}.`];
  const others = ship.equivalent.filter((id) => id !== ship.checkpoint);
  if (others.length > 0) {
    const names = others.map((id) =>
      nameOf(
        data,
        data.checkpoints.find((checkpoint) => checkpoint.id === id),
      ),
    );
    sentences.push(`Statistically as good on that metric: ${names.join(", ")}.`);
  } else if (scoredOfSeries(data, ship.metric) > 1) {
    sentences.push("It is significantly better than every other checkpoint of the series.");
  }
  return sentences;
}

function scoreText(estimate: Estimate, unit: MetricUnit): string {
  const shown = (value: number): string => value.toFixed(unit === "percent" ? 1 : 3);
  const bounds = hasInterval(estimate) ? ` [${shown(estimate.lo)}, ${shown(estimate.hi)}]` : "";
  return `${shown(estimate.value)}${bounds}`;
}

/** Checkpoints of the series that the metric chose from. */
function scoredOfSeries({ checkpoints, columns }: SummaryInputs["data"], metric: string): number {
  const scores = columns.get(metric);
  return checkpoints.filter(({ role }, index) => role === "series" && scores?.[index] != null).length;
}

/** Loss and score often name different checkpoints in a fine-tune; then both are named. */
function disagreement({ ship, training, data }: SummaryInputs): string[] {
  const lossStep = training?.diagnosis.ship ?? null;
  if (ship === null || training === null || lossStep === null || ship.step === null || ship.step === lossStep)
    return [];
  if (training.diagnosis.equivalent.includes(ship.step)) return [];
  const steps = data.checkpoints.filter(({ role }) => role === "series").map(({ step }) => step);
  const byLoss = data.checkpoints.find(({ role, step }) => role === "series" && step === lossStep);
  const isEqual = byLoss !== undefined && ship.equivalent.includes(byLoss.id);
  if (isEqual) {
    return [
      `Loss and score disagree mildly: the evaluation loss is lowest at step ${lossStep}, which scores no worse than step ${ship.step} within the error.`,
    ];
  }
  const seen = steps.includes(lossStep) ? "scores significantly lower" : "was not evaluated";
  return [
    `Loss and score disagree: the evaluation loss is lowest at step ${lossStep}, which ${seen}; the scores are best at step ${ship.step}. ` +
      "The loss weighs every token's confidence, the scores only the answer: ship by the scores, and watch the calibration.",
  ];
}

function variantSentences({ data, rows, cells }: SummaryInputs): string[] {
  return data.checkpoints.flatMap((checkpoint, index) => {
    if (checkpoint.role !== "variant") return [];
    const compared = rows
      .filter(({ split }) => split === "test")
      .flatMap(({ key }) => {
        const difference = cells[key]?.[index]?.difference ?? null;
        return difference === null ? [] : [{ key, ...difference }];
      });
    // What has no answers yet differs in nothing, and says nothing.
    if (compared.length === 0) return [];
    const losses = compared
      .filter(({ significant }) => significant)
      .map(({ key, value, lo, hi }) => `${key} ${signed(value)} [${signed(lo)}, ${signed(hi)}]`);
    const parent = data.checkpoints.find(({ id }) => id === checkpoint.parent);
    const against = parent === undefined ? "" : ` against ${nameOf(data, parent)}`;
    const size = checkpoint.bytes === null ? "" : ` (${(checkpoint.bytes / 1e6).toFixed(2)} MB)`;
    const found = losses.length === 0 ? "no difference found" : losses.join(", ");
    return [`${nameOf(data, checkpoint)}${size}${against}: ${found}.`];
  });
}

function resolution({ rows, data }: SummaryInputs): string[] {
  const parts = rows
    .filter(
      (row, index) =>
        row.split === "test" &&
        row.detectable !== null &&
        unitOf(data, row)?.kind !== "total" &&
        rows.findIndex(({ task, split }) => task === row.task && split === "test") === index,
    )
    .map((row) => {
      return `${unitOf(data, row)?.n ?? 0} samples show differences of ${row.detectable?.toFixed(1)} points or more in ${row.key}`;
    });
  return parts.length === 0 ? [] : [`Resolution at 80 % power: ${parts.join("; ")}.`];
}

function unitOf({ manifest }: SummaryInputs["data"], row: MetricRow): UnitInfo | undefined {
  return manifest.units.find(({ task, split }) => task === row.task && split === row.split);
}

/** "task@validation/metric" as people say it. */
function inWords(key: string): string {
  return key.includes("@validation/") ? `${key.replace("@validation/", "/")} on validation` : key;
}

/** The folder's name where it tells enough: two models may have a checkpoint of the same name. */
function nameOf({ checkpoints }: SummaryInputs["data"], checkpoint: Checkpoint | undefined): string {
  if (checkpoint === undefined) return "";
  const folder = folderOf(checkpoint);
  return checkpoints.some((other) => other.id !== checkpoint.id && folderOf(other) === folder) ? checkpoint.id : folder;
}

function folderOf({ id }: Checkpoint): string {
  return id.slice(id.indexOf("/") + 1);
}

function span({ lo, hi }: { readonly lo: number; readonly hi: number }): string {
  return lo === hi ? String(lo) : `${lo}–${hi}`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
}
