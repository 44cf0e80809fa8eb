/** One metric family of the text formats of Prometheus and OpenMetrics, all gauges. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly points: readonly Point[];
}

export interface Point {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Families as text, each with its help and type, those without points left out. */
export function exposition(families: readonly Family[]): string {
  return families
    .filter(({ points }) => points.length > 0)
    .map(({ name, help, points }) => {
      const lines = points.map(({ labels, value }) => `${name}${labelText(labels)} ${numberText(value)}`);
      return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("\n")}\n`;
    })
    .join("");
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${labelValue(value)}"`);
  return `{${pairs.join(",")}}`;
}

function labelValue(value: string): string {
  return value.toWellFormed().replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}
