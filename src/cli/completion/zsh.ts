import { quoted, type Place } from "./place.ts";

/** A completion script for zsh, with what each word means. Where nothing matches, file names are completed. */
export function zshCompletion(places: readonly Place[]): string {
  const keyOf = ({ path }: Place): string => quoted(path.join("/"));
  const inner = places.filter(({ path }) => path.length > 0);
  const words = places.map((place) => `    ${keyOf(place)}) found=(${describedWords(place).join(" ")}) ;;`);
  const values = places.flatMap((place) =>
    place.flags
      .filter(({ takesValue }) => takesValue)
      .map(
        ({ choices, name }) =>
          `    ${quoted(`${place.path.join("/")} ${name}`)}) found=(${choices.map(quoted).join(" ")}) ;;`,
      ),
  );
  return `#compdef evalh
# evalh completion zsh: add \`eval "$(evalh completion zsh)"\` to ~/.zshrc, behind compinit
_evalh() {
  local at='' next i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    next=\${at:+$at/}\${words[i]}
    case $next in
    (${inner.map(keyOf).join("|")}) at=$next ;;
    esac
  done
  case "$at" in
${words.map((line) => line.replace("    ", "    (")).join("\n")}
  esac
  case "$at \${words[CURRENT - 1]}" in
${values.map((line) => line.replace("    ", "    (")).join("\n")}
  esac
  _describe 'evalh' found || _files
}
compdef _evalh evalh
`;
}

/** As _describe takes them: a colon parts a word from its meaning. */
function describedWords({ choices, commands, flags }: Place): readonly string[] {
  const described = (name: string, summary: string): string =>
    quoted(`${name.replaceAll(":", String.raw`\:`)}:${summary}`);
  return [
    ...commands.map(({ name, summary }) => described(name, summary)),
    ...choices.map(quoted),
    ...flags.map(({ name, summary }) => described(name, summary)),
  ];
}
