import { describe, expect, it } from "vitest";

import { checkRows, dropped } from "./dataset.ts";

const filler = (n: number): { text: string; answer: string; kind: string }[] =>
  Array.from({ length: n }, (_, i) => ({
    text: `question number ${i} about topic ${i * 7919}`,
    answer: `reply ${i}.`,
    kind: "common",
  }));

describe("checks of rows among others", () => {
  it("name exact duplicates with both places, in whatever case and punctuation", async () => {
    const rows = [...filler(3), { text: "Question NUMBER 1, about topic 7919!", answer: "Reply 1" }];
    const report = await checkRows(["exact-duplicate"], rows);
    expect(dropped(report, "exact-duplicate")).toEqual([3]);
    expect(report.findings[0]?.evidence[0]).toMatchObject({
      ordinal: 3,
      place: { line: 4 },
      other: { ordinal: 1, place: { line: 2 } },
    });
  });

  it("take a thousand equal rows in no time", async () => {
    const report = await checkRows(
      ["exact-duplicate", "near-duplicate"],
      Array.from({ length: 20_000 }, () => ({ text: "same", answer: "a" })),
    );
    expect(report.findings.map(({ check, count }) => [check, count])).toEqual([["exact-duplicate", 19_999]]);
  }, 10_000);

  it("find near duplicates and leave alone what is merely related", async () => {
    const text = "The committee met on the first Monday of the month to discuss the budget for the new library";
    const rows = [
      { text, answer: "a" },
      { text: text.replace("first", "third"), answer: "a" },
      { text: "The committee did not meet at all; the library waits for its budget", answer: "a" },
    ];
    expect(dropped(await checkRows(["near-duplicate"], rows), "near-duplicate")).toEqual([1]);
  });

  it("find inputs of the training data, word for word and nearly so, with both places", async () => {
    const long = "a patient of forty years with a cough that has lasted for three weeks and no fever";
    const rows = [
      ...filler(2),
      { text: long, answer: "x" },
      { text: `${long} today`, answer: "x" },
      { text: `${long} again`, answer: "y" },
    ];
    const training = [
      ...filler(1).map((row) => ({ ...row, text: "something else entirely" })),
      { text: long.toUpperCase(), answer: "x" },
    ];
    const report = await checkRows(["leakage"], rows, { training });
    expect(report.trainingRows).toBe(2);
    expect(dropped(report, "leakage")).toEqual([2, 3]);
    expect(report.findings.map(({ level, count }) => [level, count])).toEqual([
      ["problem", 1],
      ["problem", 1],
      ["note", 1],
    ]);
    expect(report.findings[0]?.evidence[0]).toMatchObject({
      place: { line: 3 },
      other: { ordinal: 1, place: { line: 2 } },
    });
  });

  it("finds no leak where rows repeat only each other", async () => {
    const twice = [...filler(3), ...filler(3)];
    const training = [{ text: "nothing of the kind", answer: "n" }];
    expect((await checkRows(["leakage"], twice, { training })).findings).toEqual([]);
  });

  it("find conflicting labels, not repetitions of the same one", async () => {
    const rows = [
      { text: "Is it red?", answer: "yes" },
      { text: "is it red", answer: "no" },
      { text: "is it red", answer: "Yes." },
    ];
    const { findings } = await checkRows(["label-conflict"], rows);
    expect(findings.map(({ count, fix }) => [count, fix])).toEqual([[1, null]]);
  });

  it("find references that are empty or cut off", async () => {
    const rows = [
      ...filler(200),
      { text: "a", answer: " N/A " },
      { text: "b", answer: "" },
      { text: "c" },
      { text: "d", answer: "and so it went…" },
      { text: "e", answer: "?" },
      ...Array.from({ length: 6 }, (_, i) => ({ text: `f${i}`, answer: `${i}`.padEnd(64, "word ") })),
    ];
    const report = await checkRows(["empty-reference", "truncated-reference"], rows);
    expect(dropped(report, "empty-reference")).toEqual([200, 201, 202]);
    expect(dropped(report, "truncated-reference")).toEqual([203, 205, 206, 207, 208, 209, 210]);
  });

  it("find texts of another script and words of look-alike letters", async () => {
    const rows = [...filler(30), { text: "Это другой язык", answer: "a" }, { text: "pаypаl", answer: "a" }];
    const report = await checkRows(["script"], rows);
    expect(dropped(report, "script")).toEqual([30]);
    expect(report.findings.map(({ count }) => count)).toEqual([1, 1]);
  });

  it("find rows longer than the context window and far from the rest", async () => {
    const rows = [...filler(40), { text: "word ".repeat(2000), answer: "a" }];
    const report = await checkRows(["length"], rows, { contextTokens: 1000 });
    expect(report.findings.map(({ level, count }) => [level, count])).toEqual([
      ["problem", 1],
      ["note", 1],
    ]);
    expect(dropped(report, "length")).toEqual([40]);
  });

  it("name rare values and those that the training data lack", async () => {
    const rows = [...filler(90), ...filler(4).map((row) => ({ ...row, kind: "rare" }))];
    const { findings } = await checkRows(["coverage"], rows, { training: filler(5) });
    expect(findings.map(({ level, message }) => [level, message])).toEqual([
      ["note", "rows have a value of kind that fewer than 10 rows have: rare (4)"],
      ["note", "rows have kind = common: the other values hardly count in a mean"],
      ["problem", "rows have a value of kind that the training data has no row of: rare (4)"],
    ]);
  });
});
