import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { csvRecord, restoreCell } from "../../src/core/csv-cell.ts";
import { formats, type FormatName } from "../../src/human/format/index.ts";
import type { HumanSheet } from "../../src/human/sheet.ts";
import { verdictsOf } from "../../src/human/verdict.ts";

const line = (value: object): string => `${JSON.stringify(value)}\n`;

/** Text that programs stumble over. */
const hardText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom(
    "=1+1",
    "+1",
    "-1",
    "@x",
    "'=quoted",
    "\t=x",
    "a,b;c",
    'say "so"',
    "line\nbreak",
    "\r\n",
    " edge ",
    "<b>&amp;",
    "",
  ),
);

/** A sheet of items with such texts, and answers to all of them with such notes. */
const hardSheet = fc
  .record({
    form: fc.constantFrom("pairwise" as const, "choice" as const, "rating" as const, "correct" as const),
    texts: fc.array(
      fc.record({
        prompt: hardText,
        reference: fc.option(hardText),
        answers: fc.array(hardText, { minLength: 3, maxLength: 3 }),
        note: hardText,
        choice: fc.nat(),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ form, texts }) => {
    const shown = form === "choice" ? 3 : form === "pairwise" ? 2 : 1;
    const items = texts.map((each, i) => ({
      id: `abcdef-000000000${i}`,
      prompt: each.prompt,
      reference: each.reference,
      answers: each.answers.slice(0, shown),
    }));
    const verdicts = verdictsOf(form, shown);
    const said = texts.map(({ note, choice }, i) => ({
      id: `abcdef-000000000${i}`,
      note,
      value: verdicts[choice % verdicts.length]?.value ?? "",
    }));
    const sheet: HumanSheet = { format: "evalh-human/1", id: "abcdef", form, guidelines: "x < y & z", items };
    return { sheet, said };
  });

type Said = readonly { readonly id: string; readonly note: string; readonly value: string }[];

/** What each program's file becomes once somebody has filled it in; the texts must come out as they went in. */
const fillers: Readonly<Record<string, (file: string, said: Said, sheet: HumanSheet) => string>> = {
  evalh: (file, said, sheet) => {
    const items = file
      .trimEnd()
      .split("\n")
      .map((each) => JSON.parse(each) as HumanSheet["items"][number]);
    expect(items).toMatchObject(sheet.items as object[]);
    return said.map((answer) => line({ ...answer, rater: "ann" })).join("");
  },
  csv: (file, said, sheet) => {
    const rows = parse<Record<string, string>>(file, { bom: true, columns: true });
    expect(rows.map(({ id, prompt = "" }) => [id, restoreCell(prompt)])).toEqual(
      sheet.items.map(({ id, prompt }) => [id, prompt]),
    );
    expect(rows.map(({ answer_a: a = "" }) => restoreCell(a))).toEqual(sheet.items.map(({ answers }) => answers[0]));
    const head = csvRecord(["id", "value", "note", "rater"]);
    return head + said.map(({ id, value, note }) => csvRecord([id, value, note, "ann"])).join("");
  },
  "label-studio": (file, said, sheet) => {
    const tasks = JSON.parse(file) as { data: Record<string, string> }[];
    expect(tasks.map(({ data }) => [data["evalh_id"], data["prompt"], data["answer_a"]])).toEqual(
      sheet.items.map(({ id, prompt, answers }) => [id, prompt, answers[0]]),
    );
    return JSON.stringify(
      tasks.map((task, i) => {
        const value = said[i]?.value ?? "";
        const verdict = sheet.form === "rating" ? { rating: Number(value) } : { choices: [value] };
        return {
          ...task,
          annotations: [
            {
              completed_by: "ann",
              result: [
                { from_name: "value", value: verdict },
                { from_name: "note", value: { text: [said[i]?.note ?? ""] } },
              ],
            },
          ],
        };
      }),
    );
  },
  prodigy: (file, said) => {
    const tasks = file
      .trimEnd()
      .split("\n")
      .map((each) => JSON.parse(each) as { evalh_id: string });
    return tasks
      .map((task, i) =>
        line({ ...task, accept: [said[i]?.value], note: said[i]?.note, answer: "accept", _annotator_id: "ann" }),
      )
      .join("");
  },
  argilla: (file, said) => {
    const records = JSON.parse(file) as { id: string }[];
    return JSON.stringify(
      records.map(({ id }, i) => ({
        id,
        "value.responses": [said[i]?.value],
        "value.responses.users": ["ann"],
        "value.responses.status": ["submitted"],
        "note.responses": [said[i]?.note],
        "note.responses.users": ["ann"],
        "note.responses.status": ["submitted"],
      })),
    );
  },
};

describe("whatever the texts, a round trip loses nothing", () => {
  it.each(Object.keys(fillers) as FormatName[])("by way of %s", async (name) => {
    const format = await formats[name]();
    fc.assert(
      fc.property(hardSheet, ({ sheet, said }) => {
        const file = format.write(sheet).at(-1)?.text ?? "";
        const back = format.read(fillers[name]?.(file, said, sheet) ?? "", sheet.form);
        expect(back.map(({ item, value, note = "", rater }) => ({ id: item, value, note, rater }))).toEqual(
          said.map((answer) => ({ ...answer, rater: "ann" })),
        );
      }),
      { numRuns: 200 },
    );
  });
});
