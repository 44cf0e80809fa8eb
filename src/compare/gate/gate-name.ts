import { isFailureRate, isMeasured, type Gate } from "../../suite/suite.ts";

/** Names for people, unique: a name that appears again gets a number. */
export function gateNames(gates: readonly Gate[]): string[] {
  const seen = new Map<string, number>();
  return gates.map((gate) => {
    const name = gateName(gate);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}

function gateName(gate: Gate): string {
  const slice = gate.slice === null ? "" : ` [${gate.slice.field}=${gate.slice.value}]`;
  const form = gate.perturbation === undefined ? "" : ` under ${gate.perturbation}`;
  return `${gate.metric}${form}${slice}${condition(gate)}`;
}

function condition(gate: Gate): string {
  const { metric, mode, maxDrop, min, max } = gate;
  const change = isMeasured(metric) || isFailureRate(metric) ? "rise" : "drop";
  if (mode === "regression") return maxDrop === 0 ? `: no ${change}` : `: no ${change} beyond ${limitText(gate)}`;
  if (mode === "noninferior") return `: not worse by ${limitText(gate)}`;
  if (metric === "overfit") return "";
  if (min !== null && max !== null) return ` from ${min} to ${max}`;
  return min === null ? ` ≤ ${max}` : ` ≥ ${min}`;
}

/** "2", "50 ms", or "10 %" of the baseline's value. */
export function limitText({ metric, maxDrop, relative }: Gate): string {
  if (relative === true) return `${maxDrop} %`;
  if (!isMeasured(metric)) return String(maxDrop);
  return `${maxDrop} ${metric === "memory" ? "MiB" : metric === "energy" ? "J a token" : "ms"}`;
}
