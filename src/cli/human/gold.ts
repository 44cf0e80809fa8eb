import { readFile } from "node:fs/promises";

import { EvalhError, hasErrno, messageOf } from "../../core/errors.ts";
import { isJsonObject, type JsonValue } from "../../core/json.ts";
import type { GoldItem } from "../../human/make-sheet.ts";
import type { HumanForm } from "../../human/sheet.ts";
import { answerCounts, MOST_ANSWERS, verdictsOf } from "../../human/verdict.ts";

/**
 * @throws EvalhError E_USAGE if it cannot be read
 */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const message = hasErrno(error, "ENOENT") ? `there is no file ${path}` : `cannot read ${path}: ${messageOf(error)}`;
    throw new EvalhError("E_USAGE", message, { place: { file: path } });
  }
}

/**
 * Items with a known answer, one JSON object a line.
 * @throws EvalhError E_USAGE with the line of the first that cannot be used
 */
export async function readGold(path: string, form: HumanForm): Promise<GoldItem[]> {
  const lines = (await readText(path)).split("\n");
  return lines.flatMap((text, index) => {
    if (text.trim() === "") return [];
    const place = { file: path, line: index + 1 };
    let item: JsonValue;
    try {
      item = JSON.parse(text) as JsonValue;
    } catch (error) {
      throw new EvalhError("E_USAGE", `a gold item is not JSON: ${messageOf(error)}`, { place });
    }
    const gold = isJsonObject(item) ? item : {};
    const { prompt, answers } = gold;
    const expected = typeof gold["expected"] === "number" ? String(gold["expected"]) : gold["expected"];
    const isWhole =
      typeof prompt === "string" && Array.isArray(answers) && answers.every((each) => typeof each === "string");
    const count = Array.isArray(answers) ? answers.length : 0;
    const [least, most] = answerCounts(form);
    const isVerdict = verdictsOf(form, count).some(({ value }) => value === expected);
    if (isWhole && count >= least && count <= most && typeof expected === "string" && isVerdict) {
      return [{ ...(gold as unknown as GoldItem), expected }];
    }
    throw new EvalhError("E_USAGE", "a gold item needs prompt, answers and expected", {
      place,
      hint: `${answersText(form)}; expected is one of ${verdictsOf(form, MOST_ANSWERS)
        .map(({ value }) => value)
        .join(", ")}`,
    });
  });
}

function answersText(form: HumanForm): string {
  const [least, most] = answerCounts(form);
  if (least < most) return `${least} to ${most} answers`;
  return least === 1 ? "one answer" : "two answers";
}
