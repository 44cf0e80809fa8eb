import type { Random } from "./random.ts";

/** What can happen to a character of a word; NLPAug's actions. */
export const characterActions = ["substitute", "insert", "swap", "delete"] as const;
export type CharacterAction = (typeof characterActions)[number];

export interface EditOptions {
  readonly random: Random;
  /** What is inserted or substituted. */
  readonly candidates: readonly string[];
  readonly swapMode: "adjacent" | "middle" | "random";
}

/** Applies an action at the positions chosen (NLPAug 1.1.11 `RandomCharAug`). */
export function editCharacters(
  action: CharacterAction,
  characters: readonly string[],
  positions: readonly number[],
  { random, candidates, swapMode }: EditOptions,
): string[] {
  const edited = [...characters];
  // From the end, so that positions before stay what they are.
  for (const position of positions.toReversed()) {
    if (action === "delete") edited.splice(position, 1);
    else if (action === "insert") edited.splice(position, 0, random.pick(candidates));
    else if (action === "substitute") edited[position] = random.pick(candidates);
    else swap(edited, position, partnerOf(position, edited.length, { random, swapMode }));
  }
  return edited;
}

/** Exchanges two characters; capitals stay where capitals were. */
function swap(characters: string[], a: number, b: number): void {
  const [first = "", second = ""] = [characters[a], characters[b]];
  characters[a] = inCaseOf(first, second);
  characters[b] = inCaseOf(second, first);
}

function inCaseOf(model: string, text: string): string {
  return model !== model.toLowerCase() ? text.toUpperCase() : text.toLowerCase();
}

function partnerOf(
  position: number,
  length: number,
  { random, swapMode }: Pick<EditOptions, "random" | "swapMode">,
): number {
  const last = length - 1;
  if (last < 1) return position;
  if (swapMode === "adjacent") {
    if (position === 0) return 1;
    return position === last ? last - 1 : position + random.pick([-1, 1]);
  }
  const isInside = (index: number): boolean => swapMode === "random" || (index > 0 && index < last);
  const partners = Array.from({ length }, (_, index) => index).filter((each) => each !== position && isInside(each));
  return partners.length === 0 ? position : random.pick(partners);
}
