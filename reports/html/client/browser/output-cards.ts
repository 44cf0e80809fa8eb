import { formatScore, MISSING } from "../../../number-format.ts";
import type { StoredOutput, StoredSample } from "../../data/format.ts";
import { el } from "../dom.ts";
import type { MetricScores, ReportData } from "../report-data.ts";
import { scoreGlyph } from "../score-glyph.ts";
import { diffView, plainView } from "./diff-view.ts";

/** What outputs are compared with. */
export type DiffMode = "reference" | "base" | "none";

export interface CardsInput {
  readonly data: ReportData;
  readonly sample: number;
  readonly stored: StoredSample;
  /** All metrics of the sample's task. */
  readonly metrics: readonly MetricScores[];
  readonly base: number;
  readonly head: number;
  readonly diff: DiffMode;
}

/** One card a distinct output: the base's first, the compared checkpoint's second, then the others in their order. */
export function outputCards(input: CardsInput): HTMLElement {
  const { stored, base, head, metrics, sample } = input;
  const order = [...new Set([base, head, ...stored[2].keys()])];
  const groups = new Map<string, number[]>();
  for (const checkpoint of order) {
    const output = stored[2][checkpoint] ?? null;
    // Compared ones stand alone even when they say the same: side by side is what people look for.
    const isCompared = checkpoint === base || checkpoint === head;
    const scores = metrics.map(({ value }) => value(checkpoint, sample));
    const key = isCompared ? `compared ${checkpoint}` : JSON.stringify([output?.[0], output?.[4], scores]);
    groups.set(key, [...(groups.get(key) ?? []), checkpoint]);
  }
  return el("div", { class: "cards" }, ...[...groups.values()].map((members) => card(input, members)));
}

function card(input: CardsInput, members: readonly number[]): HTMLElement {
  const { data, stored, base, head } = input;
  const [first = 0] = members;
  const output = stored[2][first] ?? null;
  const isBase = members.includes(base);
  const role = isBase ? "base" : members.includes(head) ? "compared" : "";
  return el(
    "article",
    { class: `card ${role}` },
    el(
      "header",
      {},
      el("h4", {}, members.map((place) => data.meta.checkpoints[place]?.label ?? "").join(", ")),
      role === "" ? null : el("span", { class: "badge quiet" }, role),
    ),
    body(input, output, isBase),
    footer(input, members, output),
  );
}

function body({ stored, base, diff }: CardsInput, output: StoredOutput | null, isBase: boolean): HTMLElement {
  if (output === null) return el("p", { class: "nothing" }, "not run");
  const [text, , , , error] = output;
  if (error !== null) return el("p", { class: "error" }, `failed, ${error.code}: ${error.message}`);
  const [reference] = stored[1];
  if (diff === "reference" && reference !== undefined) return diffView(reference, text);
  const origin = stored[2][base];
  if (diff === "base" && !isBase && origin != null && origin[4] === null) return diffView(origin[0], text);
  return plainView(text);
}

function footer(
  { data, sample, metrics }: CardsInput,
  members: readonly number[],
  output: StoredOutput | null,
): HTMLElement {
  const [first = 0] = members;
  const scores = metrics.map((metric) => {
    const value = metric.value(first, sample);
    const glyph = scoreGlyph(data, metric, { checkpoint: first, sample });
    const text = Number.isNaN(value) ? MISSING : formatScore(value, metric.metric.unit);
    return el("span", { class: "score" }, `${metric.metric.name} `, el("b", {}, metric.isBinary ? glyph.text : text));
  });
  return el("footer", {}, ...scores, ...facts(output).map((fact) => el("span", {}, fact)));
}

function facts(output: StoredOutput | null): readonly string[] {
  if (output === null) return [];
  const [, finish, tokens, ms, , notes = []] = output;
  return [
    ...notes,
    ...(finish === "length" ? ["cut at the token limit"] : []),
    ...(finish === "filter" ? ["withheld by a filter"] : []),
    ...(tokens === null ? [] : [`${tokens} tokens`]),
    ...(ms === null ? [] : [ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`]),
  ];
}
