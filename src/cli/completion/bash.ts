import { quoted, type Place } from "./place.ts";

/** A completion script for bash. Where nothing matches, readline completes file names. */
export function bashCompletion(places: readonly Place[]): string {
  const keyOf = ({ path }: Place): string => quoted(path.join("/"));
  const inner = places.filter(({ path }) => path.length > 0);
  const words = places.map((place) => `    ${keyOf(place)}) words=${quoted(wordsOf(place).join(" "))} ;;`);
  const values = places.flatMap((place) =>
    place.flags
      .filter(({ takesValue }) => takesValue)
      .map(
        ({ choices, name }) =>
          `    ${quoted(`${place.path.join("/")} ${name}`)}) words=${quoted(choices.join(" "))} ;;`,
      ),
  );
  return `# evalh completion bash: add \`eval "$(evalh completion bash)"\` to ~/.bashrc
_evalh() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at='' next words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next=\${at:+$at/}\${COMP_WORDS[i]}
    case $next in
    ${inner.map(keyOf).join(" | ")}) at=$next ;;
    esac
  done
  case "$at" in
${words.join("\n")}
  esac
  case "$at $prev" in
${values.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _evalh evalh
`;
}

function wordsOf({ choices, commands, flags }: Place): readonly string[] {
  return [...commands.map(({ name }) => name), ...choices, ...flags.map(({ name }) => name)];
}
