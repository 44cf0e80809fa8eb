import type { Flag, Place } from "./place.ts";

/** A completion script for fish. */
export function fishCompletion(places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const here = `complete -c evalh -n ${quoted(conditionOf(place))}`;
    return [
      ...place.commands.map(({ name, summary }) => `${here} -f -a ${name} -d ${quoted(summary)}`),
      ...(place.choices.length === 0 ? [] : [`${here} -f -a ${quoted(place.choices.join(" "))}`]),
      ...place.flags.map((flag) => `${here} ${flagWords(flag)}`),
    ];
  });
  return `# evalh completion fish | source\n${lines.join("\n")}\n`;
}

/** True where the words so far name this place and none below it. */
function conditionOf({ commands, path }: Place): string {
  const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`);
  const below = commands.map(({ name }) => name).join(" ");
  return [...seen, ...(below === "" ? [] : [`not __fish_seen_subcommand_from ${below}`])].join("; and ") || "true";
}

function flagWords({ choices, name, summary, takesValue }: Flag): string {
  const spelled = name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
  const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(" "))}` : takesValue ? " -r" : "";
  return `${spelled}${value} -d ${quoted(summary)}`;
}

/** Fish escapes within single quotes by a backslash. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`;
}
