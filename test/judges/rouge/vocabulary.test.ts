import * as fc from "fast-check";
import { expect, it } from "vitest";

import { stem } from "../../../judges/rouge/porter.ts";
import { emptyTokens, type Vocabulary, vocabulary } from "../../../judges/rouge/vocabulary.ts";
import { anyText } from "../samples.ts";

const text = fc.oneof(
  anyText(),
  fc
    .array(
      fc.constantFrom("Sails", "sailing", "sailed", "a1", "A1", "-", "\n", " ", "İ", "K\u212a", "ß", "\0", "\ud83d"),
    )
    .map((parts) => parts.join("")),
);

function tokensIn(words: Vocabulary, of: string): { tokens: string[]; ids: number[]; ends: number[] } {
  const tokens = emptyTokens();
  words.tokenize(of, tokens);
  const ids = [...tokens.ids.subarray(0, tokens.length)];
  return { tokens: ids.map((id) => words.text(id)), ids, ends: [...tokens.ends.subarray(0, tokens.lines)] };
}

it("splits text as lowercasing and matching runs of letters and digits would", () => {
  const words = vocabulary(false);
  fc.assert(
    fc.property(text, (one) => {
      expect(tokensIn(words, one).tokens).toEqual(one.toLowerCase().match(/[a-z0-9]+/g) ?? []);
    }),
  );
});

it("gives two words the same id exactly if they have the same stem", () => {
  const words = vocabulary(true);
  fc.assert(
    fc.property(text, (one) => {
      const plain = one.toLowerCase().match(/[a-z0-9]+/g) ?? [];
      const { tokens, ids } = tokensIn(words, one);
      expect(tokens).toEqual(plain.map((word) => (word.length > 3 ? stem(word) : word)));
      expect(new Set(ids).size).toBe(new Set(tokens).size);
    }),
  );
});

it("ends a line at each line feed that follows a token", () => {
  expect(tokensIn(vocabulary(false), "\none two\n \r\nthree\n\n").ends).toEqual([2, 3]);
  expect(tokensIn(vocabulary(false), "—\n").ends).toEqual([]);
});

it("tells words apart that JavaScript objects have built in", () => {
  const { ids } = tokensIn(vocabulary(true), "constructor __proto__ toString valueOf");
  expect(new Set(ids).size).toBe(4);
});

it("forgets its words only once there are very many", () => {
  const words = vocabulary(false);
  tokensIn(words, "few words");
  words.forget();
  expect(words.size).toBe(2);
  tokensIn(words, Array.from({ length: 300_000 }, (_, index) => index.toString(36)).join(" "));
  words.forget();
  expect(words.size).toBe(0);
  expect(tokensIn(words, "still works").tokens).toEqual(["still", "works"]);
});
