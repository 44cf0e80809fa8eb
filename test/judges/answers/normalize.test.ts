import * as fc from "fast-check";
import { expect, it } from "vitest";

import { ignoring, normalizeSquad, words } from "../../../judges/answers/normalize.ts";
import { tokenF1 } from "../../../judges/answers/token-f1.ts";

it.each([
  ["The  Old\tMill!", "old mill"],
  ["a theatre, an anthem; the_end", "theatre anthem theend"],
  ["the-a", "thea"],
  ["Éa the", "éa"],
  ["naïve—a café", "naïve— café"],
  ["", ""],
  ["...", ""],
])("normalises %j to %j as SQuAD does", (text, expected) => {
  expect(normalizeSquad(text)).toBe(expected);
});

it("splits at Python's white space, which is not JavaScript's", () => {
  expect(words("\u001ca\u0085b\u001f")).toEqual(["a", "b"]);
  expect(words("\ufeffa")).toEqual(["\ufeffa"]);
  expect(words(" \n")).toEqual([]);
});

it("deletes what is to be ignored: patterns, then case, punctuation and digits", () => {
  expect(ignoring({})("As It Is 1.\0\0")).toBe("As It Is 1.");
  expect(ignoring({ case: true, punctuation: true, numbers: true })("No. 12, Mill-Lane")).toBe("no  milllane");
  expect(ignoring({ regexes: ["approx\\. ?", "\\s+"] })("approx. 5 km")).toBe("5km");
});

it("gives two texts the same F1 either way, 1 exactly if they have the same words", () => {
  const text = fc
    .array(fc.constantFrom("oak", "elm", "the", "ash", ".", "Oak"), { maxLength: 6 })
    .map((all) => all.join(" "));
  fc.assert(
    fc.property(text, text, (a, b) => {
      const value = tokenF1(a, b, 2);
      expect(value).toBe(tokenF1(b, a, 2));
      const sorted = (one: string): string => words(normalizeSquad(one)).sort().join(" ");
      expect(value === 1).toBe(sorted(a) === sorted(b));
    }),
  );
});

it("lets two empty sides agree in version 2 only", () => {
  expect([tokenF1("the", "", 1), tokenF1("the", "", 2), tokenF1("elm", "", 2)]).toEqual([0, 1, 0]);
});
