import { EvalhError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";

type Entry = string | JsonObject;

/** Metrics that a task has without a `metric_list`. */
const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  generate_until: ["exact_match"],
  multiple_choice: ["acc", "acc_norm"],
  loglikelihood: ["perplexity", "acc"],
  loglikelihood_rolling: ["word_perplexity", "byte_perplexity", "bits_per_byte"],
};

/** Judges that are the harness's corpus metrics. */
const CORPUS = new Set(["bleu", "chrf", "ter"]);
const IGNORING = new Set(["ignore_case", "ignore_punctuation", "ignore_numbers", "regexes_to_ignore"]);

/**
 * A task's metrics as judges.
 * @throws EvalhError E_USAGE for a metric or filter that evalh has not
 */
export function judgesOf(task: JsonObject, kind: string, file: string): Entry[] {
  const listed = Array.isArray(task["metric_list"]) ? (task["metric_list"] as readonly JsonValue[]) : null;
  const metrics = listed ?? (DEFAULTS[kind] ?? []).map((metric): JsonObject => ({ metric }));
  const names = metrics.map((each) => nameIn(each, "metric"));
  const filters = filtersOf(task, file);
  if (kind !== "generate_until" && filters.length > 0)
    throw refuse(file, "`filter_list` applies to generate_until only");
  const entries = names.flatMap((name, index) => {
    const metric = metrics[index];
    const judge = judgeOf(name, { kind, metric: isJsonObject(metric) ? metric : {}, file });
    return judge === null ? [] : filtered(judge, { name, filters, file });
  });
  const texts = entries.map((entry) => JSON.stringify(entry));
  const hasNorm = texts.includes('{"accuracy":{"acc_norm":true}}');
  // Accuracy by length is given beside the plain one.
  return entries.filter(
    (entry, index) => texts.indexOf(texts[index] ?? "") === index && !(hasNorm && entry === "accuracy"),
  );
}

interface About {
  readonly kind: string;
  readonly metric: JsonObject;
  readonly file: string;
}

function judgeOf(name: string, { kind, metric, file }: About): Entry | null {
  if (kind === "loglikelihood_rolling") {
    if (["word_perplexity", "byte_perplexity", "bits_per_byte"].includes(name)) return "perplexity";
    throw refuse(file, `there is no metric ${name} of rolling log-likelihoods`);
  }
  if (name === "exact_match" && kind === "generate_until") {
    const options = Object.entries(metric).filter(([key]) => IGNORING.has(key));
    return { exact_match: { trim: false, ...Object.fromEntries(options) } };
  }
  if (CORPUS.has(name)) return name;
  if (name === "acc") return "accuracy";
  if (name === "acc_norm" || name === "acc_bytes") return { accuracy: { acc_norm: true } };
  if (name === "f1" && kind === "multiple_choice") return { f1: { average: "macro" } };
  if (name === "mcc") return "mcc";
  if (name === "perplexity") return "perplexity";
  throw refuse(file, `there is no judge for the metric ${name}`, "`evalh judges` lists what there is");
}

/** A name that stands alone or in a mapping. */
function nameIn(value: JsonValue, key: string): string {
  const name = isJsonObject(value) ? value[key] : value;
  return typeof name === "string" ? name : "";
}

interface Filter {
  readonly name: string;
  readonly steps: readonly JsonObject[];
}

const FUNCTIONS = ["regex", "remove_whitespace", "lowercase", "uppercase", "take_first"];

function filtersOf(task: JsonObject, file: string): Filter[] {
  const list = Array.isArray(task["filter_list"]) ? (task["filter_list"] as readonly JsonValue[]) : [];
  return list.map((entry, index) => {
    const steps =
      isJsonObject(entry) && Array.isArray(entry["filter"]) ? (entry["filter"] as readonly JsonValue[]) : [];
    for (const step of steps) {
      const name = nameIn(step, "function");
      if (!FUNCTIONS.includes(name))
        throw refuse(file, `there is no filter ${name}`, `there are ${FUNCTIONS.join(", ")}`);
    }
    const name = isJsonObject(entry) && typeof entry["name"] === "string" ? entry["name"] : `filter_${index + 1}`;
    return { name, steps: steps as readonly JsonObject[] };
  });
}

/** A metric under every chain of filters, each by its name where there are several. */
function filtered(
  judge: Entry,
  { name, filters, file }: { readonly name: string; readonly filters: readonly Filter[]; readonly file: string },
): Entry[] {
  const doing = filters.map((filter) => ({
    ...filter,
    steps: filter.steps.filter((step) => step["function"] !== "take_first"),
  }));
  if (doing.every(({ steps }) => steps.length === 0)) return [judge];
  const exact = isJsonObject(judge) ? judge["exact_match"] : undefined;
  if (!isJsonObject(exact))
    throw refuse(file, `filters before ${name} are not supported`, "they are before exact_match");
  return doing.map((filter) => ({
    exact_match: { ...exact, ...(filter.steps.length === 0 ? {} : { filters: filter.steps }) },
    ...(doing.length === 1 ? {} : { as: filter.name.replaceAll(/[^\w.-]/gu, "_") }),
  }));
}

function refuse(file: string, message: string, hint?: string): EvalhError {
  return new EvalhError("E_USAGE", message, hint === undefined ? { place: { file } } : { place: { file }, hint });
}
