import { isJsonObject, type JsonValue } from "../../core/json.ts";
import { didYouMean } from "../../core/near-name.ts";
import type { TaskMetrics } from "./judges.ts";
import type { Problem } from "../diagnostics.ts";
import type { CheckContext } from "./context.ts";
import { dropOf, splitSlice } from "../normalise-gates.ts";
import { perturbationNames } from "./perturb.ts";
import type { RawGate, RawHuman } from "../raw-suite.ts";
import { pointerTo, type SourceDocument } from "../source-document.ts";
import { gateMetrics, HUMAN_METRIC, isMeasured, taskGateMetrics } from "../suite.ts";

/** Gates, `ship` and `human` that name what is not there, and gates whose keys contradict each other. */
export function checkGates(context: CheckContext, judged: TaskMetrics): Problem[] {
  const { data } = context.source;
  if (!isJsonObject(data)) return [];
  const metrics = withPeople(judged, data["human"], context);
  const gates = Array.isArray(data["gates"]) ? (data["gates"] as readonly JsonValue[]) : [];
  return [
    ...gates.flatMap((gate, index) => checkGate(gate, pointerTo("/gates", index), gateContext(context, metrics))),
    ...checkShip(data["ship"], { context, metrics }),
    ...checkHuman(data["human"], context),
  ];
}

/** The metrics with `human` for the tasks whose answers people are asked about. */
function withPeople(metrics: TaskMetrics, human: JsonValue | undefined, { outline }: CheckContext): TaskMetrics {
  if (!isJsonObject(human)) return metrics;
  const { tasks } = human;
  const isAsked = (name: string): boolean =>
    Array.isArray(tasks)
      ? tasks.includes(name)
      : outline.tasks.some((task) => task.name?.text === name && task.kind === "generate");
  return new Map(
    [...metrics].map(([name, known]) => [
      name,
      isAsked(name) ? { ...known, names: new Set([...known.names, HUMAN_METRIC]) } : known,
    ]),
  );
}

interface With {
  readonly context: CheckContext;
  readonly metrics: TaskMetrics;
}

/** What the checks of one gate look at. */
export interface GateContext {
  readonly source: SourceDocument;
  readonly isSound: (pointer: string) => boolean;
  /** Whether the suite names a training log. */
  readonly hasLog: boolean;
  /** Task → the columns that it has slices by. */
  readonly slices: ReadonlyMap<string, readonly string[]>;
  /** Task → its perturbations. */
  readonly perturbations: ReadonlyMap<string, readonly string[]>;
  readonly metrics: TaskMetrics;
}

function gateContext({ source, isSound, outline }: CheckContext, metrics: TaskMetrics): GateContext {
  const slices = new Map(outline.tasks.map((task) => [task.name?.text ?? "", task.slices.map(({ text }) => text)]));
  const perturbations = new Map(outline.tasks.map((task) => [task.name?.text ?? "", perturbationNames(task)]));
  return { source, isSound, hasLog: outline.log !== null, slices, perturbations, metrics };
}

/** What is wrong about one gate, besides what its schema says. */
export function checkGate(gate: JsonValue, pointer: string, context: GateContext): Problem[] {
  if (!isJsonObject(gate)) return [];
  const { metric } = gate;
  const at = pointerTo(pointer, "metric");
  const unknown = typeof metric === "string" ? gateMetricProblem(metric, context) : null;
  const found = unknown === null ? [] : [context.source.at(at, unknown)];
  if (!context.isSound(pointer)) return found;
  // What the schema has accepted is a RawGate.
  const raw = gate as unknown as RawGate;
  return [
    ...found,
    ...modeProblems(raw, pointer, context),
    ...sliceProblems(raw, pointer, context),
    ...perturbationProblems(raw, pointer, context),
  ];
}

function gateMetricProblem(metric: string, { hasLog, metrics }: GateContext): ReturnType<typeof metricProblem> {
  if (metric !== "overfit" || hasLog) return metricProblem(metric, { metrics, special: true });
  return { message: "overfit needs the training run's log", hint: "add `training: { log: … }`" };
}

/** Keys that a gate's mode has no use for. */
const unusedKeys = {
  regression: ["min", "max"],
  noninferior: ["min", "max"],
  threshold: ["max_drop", "allow_different"],
} as const;

type Special = (typeof gateMetrics)[number];

/** Keys that a gate on what no judge gives has no use for. */
function unusedKeysOf(special: Special): readonly string[] {
  if (special === "overfit") return ["max_drop", "min", "max", "slice", "perturbation", "allow_different"];
  if (special === "failure_rate") return ["perturbation", "allow_different"];
  return isOfWholeRun(special) ? ["slice", "perturbation"] : ["perturbation"];
}

function isOfWholeRun(special: Special): boolean {
  return special === "memory" || special === "energy";
}

/** Keys that a gate's mode asks for or has no use for. */
function modeProblems(gate: RawGate, pointer: string, { source }: GateContext): Problem[] {
  const special = specialOf(gate.metric);
  const { mode = special === "overfit" ? "threshold" : "regression" } = gate;
  if (special === "overfit" && mode !== "threshold") {
    const hint = "leave `mode` out: a verdict is there or it is not, and has no size to compare";
    return [source.at(pointerTo(pointer, "metric"), { message: `overfit has no ${mode}`, hint })];
  }
  const forMetric = special === null ? ["allow_different"] : unusedKeysOf(special);
  const unused = new Map<string, string>([
    ...unusedKeys[mode].map((key) => [key, `mode ${mode}`] as const),
    ...forMetric.map((key) => [key, special ?? "what judges score"] as const),
  ]);
  const problems = [...unused]
    .filter(([key]) => key in gate)
    .map(([key, what]) => source.atKey(pointer, key, { message: `key "${key}" does not apply to ${what}` }));
  const percent = percentProblem(gate);
  if (percent !== null) problems.push(source.at(pointerTo(pointer, "max_drop"), percent));
  const bound = special === "overfit" ? null : boundProblem(gate, mode);
  return bound === null ? problems : [...problems, source.at(pointer, bound)];
}

function percentProblem({ metric, max_drop: drop }: RawGate): { message: string; hint: string } | null {
  if (typeof drop !== "string" || isMeasured(metric)) return null;
  return {
    message: `is in percent, which applies to latency, memory and energy, not to ${metric}`,
    hint: "give it in the metric's own unit, for accuracy and its like in points: `max_drop: 2`",
  };
}

function boundProblem(
  { min, max, max_drop: drop = 0 }: RawGate,
  mode: NonNullable<RawGate["mode"]>,
): { message: string; hint?: string } | null {
  if (mode === "noninferior" && dropOf(drop) === 0) {
    return { message: 'needs "max_drop" above 0 for mode noninferior', hint: "it is the drop that would not matter" };
  }
  if (mode !== "threshold") return null;
  if (min === undefined && max === undefined) return { message: 'needs "min" or "max" for mode threshold' };
  return min !== undefined && max !== undefined && min > max ? { message: '"min" is above "max"' } : null;
}

function sliceProblems(gate: RawGate, pointer: string, { source, slices }: GateContext): Problem[] {
  if (gate.slice === undefined) return [];
  const { field } = splitSlice(gate.slice);
  const fields = [...slices].find(([task]) => gate.metric.startsWith(`${task}/`))?.[1];
  if (fields === undefined || fields.includes(field)) return [];
  const message = `the task has no slices by "${field}"`;
  return [
    source.at(pointerTo(pointer, "slice"), {
      message,
      hint: didYouMean(field, fields) ?? "add it to the task's `slices`",
    }),
  ];
}

function perturbationProblems(gate: RawGate, pointer: string, { source, perturbations }: GateContext): Problem[] {
  const { perturbation, metric } = gate;
  const names = [...perturbations].find(([task]) => metric.startsWith(`${task}/`))?.[1];
  if (perturbation === undefined || names === undefined || names.includes(perturbation)) return [];
  const hint =
    didYouMean(perturbation, names) ??
    (names.length === 0 ? "add it to the task's `perturb`" : `it has ${names.join(", ")}`);
  return [
    source.at(pointerTo(pointer, "perturbation"), { message: `the task has no perturbation "${perturbation}"`, hint }),
  ];
}

function checkShip(ship: JsonValue | undefined, { context, metrics }: With): Problem[] {
  if (!isJsonObject(ship) || !context.isSound("/ship")) return [];
  const unknown = metricProblem((ship as unknown as { readonly metric: string }).metric, { metrics, special: false });
  return unknown === null ? [] : [context.source.at("/ship/metric", unknown)];
}

function specialOf(metric: string): Special | null {
  const last = metric.slice(metric.lastIndexOf("/") + 1);
  return gateMetrics.find((name) => name === metric) ?? taskGateMetrics.find((name) => name === last) ?? null;
}

/** Why a metric cannot be meant, or null. */
function metricProblem(
  metric: string,
  { metrics, special }: { readonly metrics: TaskMetrics; readonly special: boolean },
): { message: string; hint: string | undefined } | null {
  const slash = metric.indexOf("/");
  const [task, name] = [metric.slice(0, Math.max(slash, 0)), metric.slice(slash + 1)];
  const common: readonly string[] = special ? gateMetrics : [];
  if (slash < 0 && common.includes(metric)) return null;
  const all = [...metrics].flatMap(([key, { names }]) => [...names].map((one) => `${key}/${one}`));
  const hint = didYouMean(metric, [...all, ...common]);
  if (slash < 0) {
    const same = all.find((key) => key.endsWith(`/${metric}`));
    const meant = same === undefined ? hint : `did you mean "${same}"?`;
    return { message: `must be task/metric, got ${JSON.stringify(metric)}`, hint: meant };
  }
  if (!metrics.has(task))
    return { message: `there is no task "${task}"`, hint: hint ?? didYouMean(task, metrics.keys()) };
  const { names, areAll } = metrics.get(task) ?? { names: new Set<string>(), areAll: false };
  if (names.has(name) || (special && taskGateMetrics.some((each) => each === name))) return null;
  // Of a task with a faulty judge the metric may appear once the judge is right, unless it looks like a known one.
  if (!areAll && hint === undefined) return null;
  return { message: `task "${task}" has no metric "${name}"`, hint: hint ?? `it has ${[...names].join(", ")}` };
}

function checkHuman(human: JsonValue | undefined, { source, outline, isSound }: CheckContext): Problem[] {
  if (!isJsonObject(human) || !isSound("/human")) return [];
  const raw = human as unknown as RawHuman;
  const generating = outline.tasks.filter(({ kind }) => kind === "generate");
  const names = generating.flatMap(({ name }) => (name === null ? [] : [name.text]));
  const chosen = raw.tasks ?? names;
  if (chosen.length === 0) return [source.atKey("", "human", { message: "no task generates text to judge" })];
  const unknown = chosen.flatMap((name, index) => {
    if (names.includes(name)) return [];
    const message = `there is no task "${name}" that generates text`;
    return [source.at(pointerTo("/human/tasks", index), { message, hint: didYouMean(name, names) })];
  });
  const slices = new Set(
    generating
      .filter(({ name }) => chosen.includes(name?.text ?? ""))
      .flatMap((task) => task.slices.map(({ text }) => text)),
  );
  const strata = raw.stratify ?? [];
  const unsliced = strata.flatMap((field, index) => {
    if (slices.has(field)) return [];
    const hint = didYouMean(field, slices) ?? "add it to the `slices` of the tasks";
    return [
      source.at(pointerTo("/human/stratify", index), { message: `no chosen task has slices by "${field}"`, hint }),
    ];
  });
  return [...unknown, ...unsliced];
}
