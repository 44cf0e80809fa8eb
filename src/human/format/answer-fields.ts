import type { HumanForm, HumanItem } from "../sheet.ts";
import { answerNames } from "../verdict.ts";

const fieldOf = (name: string): string => `answer_${name.toLowerCase()}`;

/** Names of the fields that hold a sheet's answers: as many as the item with most of them needs. */
export function answerFields(form: HumanForm, items: readonly HumanItem[]): string[] {
  const least = form === "pairwise" || form === "choice" ? 2 : 1;
  return answerNames(Math.max(least, ...items.map(({ answers }) => answers.length))).map(fieldOf);
}

/** An item's texts by field. */
export function fieldsOf({ prompt, reference, answers }: HumanItem): Record<string, string> {
  const names = answerNames(answers.length);
  return {
    prompt,
    reference: reference ?? "",
    ...Object.fromEntries(names.map((name, index) => [fieldOf(name), answers[index] ?? ""])),
  };
}
