import { appendFile, stat, truncate } from "node:fs/promises";

import { describe, expect, it } from "vitest";

import { people } from "../../reports/html/section/people.ts";
import { peopleLines } from "../../reports/people-lines.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import { humanStats } from "../../src/human/stats/index.ts";
import { formatNames, formats, guessFormat, type FormatName } from "../../src/human/format/index.ts";
import { importAnswers, type Imported } from "../../src/human/import-answers.ts";
import { verdictsOf } from "../../src/human/verdict.ts";
import { humanFiles, loadAnswers, loadSheet, saveSheet, type StoredSheet } from "../../src/human/store.ts";
import { storedSheet } from "./sheet.ts";

const line = (value: object): string => `${JSON.stringify(value)}\n`;

async function take(
  run: string,
  stored: StoredSheet,
  text: string,
  options: { readonly format?: FormatName; readonly keep?: "last"; readonly rater?: string } = {},
): Promise<Imported> {
  const { format = "evalh", keep = "refuse", rater } = options;
  const file = { path: "answers", text };
  return importAnswers({ run, stored, file, format, keep, ...(rater === undefined ? {} : { rater }) });
}

/** What each tool gives back for answers of three raters, in the form that it exports. */
function filledIn(format: FormatName, { sheet }: StoredSheet, raters: readonly string[]): string {
  // What compares cannot say that nothing is better.
  const verdicts = verdictsOf(sheet.form, 2).slice(0, format === "prodigy-compare" ? 2 : undefined);
  const valueOf = (item: number, rater: number): string => verdicts[(item + rater) % verdicts.length]?.value ?? "";
  const all = sheet.items.flatMap(({ id }, i) => raters.map((rater, r) => ({ id, rater, value: valueOf(i, r) })));
  switch (format) {
    case "label-studio":
      return JSON.stringify(
        sheet.items.map(({ id, prompt }, i) => ({
          id: i + 1,
          data: { evalh_id: id, prompt },
          annotations: [
            ...raters.map((email, r) => ({
              completed_by: { id: r, email },
              lead_time: 4.5,
              was_cancelled: false,
              updated_at: "2026-01-02T03:04:05Z",
              result: [
                { from_name: "value", to_name: "prompt", type: "choices", value: { choices: [valueOf(i, r)] } },
                { from_name: "note", to_name: "prompt", type: "textarea", value: { text: ["=note"] } },
              ],
            })),
            { completed_by: 9, was_cancelled: true, result: [] },
          ],
        })),
      );
    case "prodigy":
      return all
        .map(({ id, rater, value }) =>
          line({
            evalh_id: id,
            text: "x",
            accept: [value],
            answer: "accept",
            _annotator_id: rater,
            _timestamp: 1_770_000_000,
          }),
        )
        .join("");
    case "prodigy-compare":
      return all
        .map(({ id, rater, value }, index) => {
          const mapping = index % 2 === 0 ? { A: "accept", B: "reject" } : { A: "reject", B: "accept" };
          const answer = mapping[value as "A" | "B"];
          return line({ id, input: { text: "x" }, mapping, answer, _session_id: rater });
        })
        .join("");
    case "argilla":
      return JSON.stringify(
        sheet.items.map(({ id }) => ({
          id,
          fields: {},
          "value.responses": [...all.filter((each) => each.id === id).map(({ value }) => value), "A"],
          "value.responses.users": [...raters, "eager"],
          "value.responses.status": [...raters.map(() => "submitted"), "draft"],
        })),
      );
    case "csv":
      return `id,value,rater,note\r\n${all.map(({ id, rater, value }) => `${id},${value},${rater},'=1+1\r\n`).join("")}`;
    default:
      return all.map((answer) => line({ ...answer, seconds: 2, note: "=1+1" })).join("");
  }
}

describe("exchanging a sheet", () => {
  it.each(formatNames)("loses nothing of 100 items and three raters by way of %s", async (format) => {
    await using place = await storedSheet({ n: 91, repeat: 0.1 });
    const { run, stored } = place;
    expect(stored.sheet.items).toHaveLength(100);
    const [file] = (await formats[format]()).write(stored.sheet).slice(-1);
    for (const { id } of stored.sheet.items) expect(file?.text).toContain(id);
    for (const name of ["m/one", "m/two"]) expect(file?.text).not.toContain(name);
    const text = filledIn(format, stored, ["ann", "bob", "eve"]);
    const imported = await take(run, stored, text, { format });
    expect(imported).toEqual({ added: 300, known: 0, replaced: 0, outdated: 0, raters: ["ann", "bob", "eve"] });
    const answers = await loadAnswers(run, stored.key.id);
    expect(answers).toHaveLength(300);
    expect(new Set(answers.map(({ item, rater }) => `${item} ${rater}`)).size).toBe(300);
    if (format === "csv") expect(answers[0]?.note).toBe("=1+1");
    if (format === "label-studio") expect(answers[0]).toMatchObject({ note: "=note", seconds: 4.5 });
    // The same file again changes nothing.
    expect(await take(run, stored, text, { format })).toMatchObject({ added: 0, known: 300 });
  });

  it("tells the formats of answers apart", async () => {
    await using place = await storedSheet();
    for (const format of formatNames) {
      const path = format === "csv" ? "a.csv" : "a.json";
      const expected = format === "html" ? "evalh" : format;
      expect(guessFormat(path, filledIn(format, place.stored, ["ann"]))).toBe(expected);
    }
  });

  it("item 10: writes nothing that a spreadsheet would calculate, and takes its own table back", async () => {
    await using place = await storedSheet();
    const [file] = (await formats.csv()).write(place.stored.sheet);
    expect(file?.text).not.toMatch(/(?:^|,)"?[=+@]/mu);
    expect((await formats.csv()).read(file?.text ?? "", "pairwise")).toEqual([]);
  });

  it("keeps the key to its owner and overwrites no sheet", async () => {
    await using place = await storedSheet();
    const { run, stored } = place;
    expect((await stat(humanFiles.key(run, stored.key.id))).mode & 0o777).toBe(0o600);
    await expect(saveSheet(run, stored.sheet, stored.key)).rejects.toThrow("exists already");
    expect((await loadSheet(run)).key).toEqual(stored.key);
  });
});

describe("importing answers", () => {
  it("refuses another export, edited ids, unknown values and nameless raters, each by name, and adds nothing", async () => {
    await using place = await storedSheet();
    const { run, stored } = place;
    const [first] = stored.sheet.items;
    const id = first?.id ?? "";
    const cases: readonly (readonly [object, string])[] = [
      [{ id: "zzzzzz-0123456789", value: "A", rater: "ann" }, 'line 2: "zzzzzz-0123456789" is of another export'],
      [{ id: `${id}x`, value: "A", rater: "ann" }, `line 2: "${id}x" is an edited id`],
      [{ id, value: "C", rater: "ann" }, 'line 2: "C" is none of A, B, tie, both_bad'],
      [{ id, value: "A" }, "line 2: does not say whose answer it is"],
      [{ value: "A", rater: "ann" }, "line 2: no id"],
    ];
    for (const [wrong, message] of cases) {
      await expect(take(run, stored, line({ id, value: "A", rater: "ann" }) + line(wrong))).rejects.toThrow(message);
    }
    expect(await loadAnswers(run, stored.key.id)).toEqual([]);
  });

  it("refuses a file of another format", async () => {
    await using place = await storedSheet();
    const { run, stored } = place;
    await expect(take(run, stored, "not json", { format: "label-studio" })).rejects.toThrow(
      "is not an export of label-studio",
    );
    await expect(take(run, stored, '[{"id":1,"value":"A"}]', { format: "label-studio" })).rejects.toThrow(
      "not as JSON_MIN",
    );
  });

  it("refuses two different answers of one rater, or lets the last one count when told to", async () => {
    await using place = await storedSheet();
    const { run, stored } = place;
    const id = stored.sheet.items[0]?.id ?? "";
    const text =
      line({ id, value: "A", rater: "ann", at: "2026-01-02T00:00:00Z" }) +
      line({ id, value: "B", rater: "ann", at: "2026-01-01T00:00:00Z" });
    await expect(take(run, stored, text)).rejects.toThrow(`ann says A of ${id}, and said B before`);
    expect(await loadAnswers(run, stored.key.id)).toEqual([]);
    // The earlier one by its time stands later in the file.
    expect(await take(run, stored, text, { keep: "last" })).toMatchObject({ added: 1, replaced: 1 });
    expect((await loadAnswers(run, stored.key.id)).map(({ value }) => value)).toEqual(["A"]);
  });

  it("lets no older answer take the place of a newer one, whichever file comes last", async () => {
    await using place = await storedSheet();
    const { run, stored } = place;
    const id = stored.sheet.items[0]?.id ?? "";
    const said = (value: string, at: string): string => line({ id, value, rater: "ann", at });
    await take(run, stored, said("A", "2026-01-02T00:00:00Z"));
    const older = await take(run, stored, said("B", "2026-01-01T00:00:00Z"), { keep: "last" });
    expect(older).toMatchObject({ added: 0, outdated: 1, replaced: 0 });
    expect((await loadAnswers(run, stored.key.id)).map(({ value }) => value)).toEqual(["A"]);
  });

  it("keeps notes with markup and formulas as they are, and never writes them where they would act", async () => {
    await using place = await storedSheet({ form: "rating", n: 3, repeat: 0 });
    const { run, stored } = place;
    const notes = ['=HYPERLINK("http://x")', "</script><img src=x onerror=alert(1)>", "\u001b[2J@SUM(1)"];
    const text = stored.sheet.items
      .map(({ id }, i) => line({ id, value: "3", rater: "<b>mal</b>", note: notes[i] }))
      .join("");
    await take(run, stored, text);
    expect((await loadAnswers(run, stored.key.id)).map(({ note }) => note)).toEqual(notes);
    const view = { ...humanStats(stored.key, await loadAnswers(run, stored.key.id)), judges: [] };
    const printed = peopleLines({ ...view, raters: view.raters.map((each) => ({ ...each, rater: "\u001b[2Jmal" })) });
    expect(printed.join("\n")).not.toContain("\u001b");
    const html = String(people.render({ checkpoints: [], people: [view] } as unknown as Comparison)?.source);
    expect(html).not.toContain("<b>mal");
    expect(html).toContain("&lt;b&gt;mal");
  });

  it("survives a process that was killed while it wrote", async () => {
    await using place = await storedSheet();
    const { run, stored } = place;
    const text = filledIn("evalh", stored, ["ann"]);
    await take(run, stored, text);
    const path = humanFiles.answers(run, stored.key.id);
    await truncate(path, (await stat(path)).size - 20);
    const before = await loadAnswers(run, stored.key.id);
    expect(before).toHaveLength(stored.sheet.items.length - 1);
    expect(await take(run, stored, text)).toMatchObject({ added: 1, known: before.length });
    await appendFile(path, '{"item":"torn');
    expect(await loadAnswers(run, stored.key.id)).toHaveLength(stored.sheet.items.length);
  });
});
