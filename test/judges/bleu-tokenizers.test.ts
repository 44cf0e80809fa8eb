import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { collapsePythonSpace, isPythonSpace, trimPython } from "../../judges/overlap/python-space.ts";
import { emptySpans } from "../../judges/overlap/spans.ts";
import { tokenizers, type TokenizerName } from "../../judges/overlap/tokenizer/index.ts";
import { tercom } from "../../judges/overlap/tokenizer/tercom.ts";
import { appendText, emptyUnits } from "../../judges/overlap/units.ts";

function tokens(name: TokenizerName, text: string): readonly string[] {
  const tokenizer = tokenizers[name]({});
  const units = emptyUnits();
  const spans = emptySpans();
  const prepared = tokenizer.prepare(text);
  appendText(units, prepared);
  tokenizer.scan(units.data, 0, units.length, spans);
  return Array.from({ length: spans.length }, (_, i) => prepared.slice(spans.starts[i], spans.ends[i]));
}

const words = (text: string): readonly string[] =>
  collapsePythonSpace(text)
    .split(" ")
    .filter((word) => word !== "");

/** Text in which every rule's neighbours meet often. */
const dense = fc
  .array(fc.constantFrom(...Array.from("ab19..,,--' ()$“–。水😀٣½\n\u00a0\u2028\ufeff"), "\ud83d", "\ude00"), {
    maxLength: 14,
  })
  .map((parts) => parts.join(""));

/** One substitution after the other, the way that mteval does it: slow, and plainly so. */
function byWesternSubstitutions(text: string): string {
  return text
    .replace(/[{-~[-` -&(-+:-@/]/gu, " $& ")
    .replace(/([^0-9])([.,])/gu, "$1 $2 ")
    .replace(/([.,])([^0-9])/gu, " $1 $2")
    .replace(/([0-9])(-)/gu, "$1 $2 ");
}

function byInternationalSubstitutions(text: string): string {
  return text
    .replace(/(\P{N})(\p{P})/gu, "$1 $2 ")
    .replace(/(\p{P})(\P{N})/gu, " $1 $2")
    .replace(/\p{S}/gu, " $& ");
}

describe("13a", () => {
  it("cuts off punctuation, but not inside numbers and not apostrophes", () => {
    expect(tokens("13a", "Isn't 1,234.5-ish (or 7%)?")).toEqual([
      "Isn't",
      "1,234.5",
      "-",
      "ish",
      "(",
      "or",
      "7",
      "%",
      ")",
      "?",
    ]);
  });

  it("resolves entities one after the other, joins hyphenated lines and drops <skipped>", () => {
    expect(tokens("13a", "re-\ncord &amp;lt; &quot;x&quot; <skip<skipped>ped>")).toEqual([
      "record",
      "<",
      '"',
      "x",
      '"',
      "<",
      "skipped",
      ">",
    ]);
  });

  it("gives what the four substitutions give", () => {
    fc.assert(
      fc.property(dense, (text) => {
        expect(tokens("13a", text)).toEqual(words(byWesternSubstitutions(` ${text.replaceAll("-\n", "")} `)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("intl", () => {
  it("cuts off the punctuation and symbols of all scripts", () => {
    expect(tokens("intl", "«Já» 3,5€… pé-de-vento")).toEqual([
      "«",
      "Já",
      "»",
      "3,5",
      "€",
      "…",
      "pé",
      "-",
      "de",
      "-",
      "vento",
    ]);
  });

  it("gives what the three substitutions give", () => {
    fc.assert(
      fc.property(dense, (text) => {
        expect(tokens("intl", text)).toEqual(words(byInternationalSubstitutions(text)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("zh", () => {
  it("cuts Chinese into characters and the rest into words", () => {
    expect(tokens("zh", "我有3.5本book，对吗？")).toEqual(["我", "有", "3.5", "本", "book", "，", "对", "吗", "？"]);
  });

  it("has the reference's ranges: quotes and dashes alone, extension B in one piece", () => {
    expect(tokens("zh", "“ab”–€𠀀𠀁")).toEqual(["“", "ab", "”", "–", "€", "𠀀𠀁"]);
  });

  it("puts no space around the text, so that a point at its end stays with its number", () => {
    expect(tokens("zh", "费 12.")).toEqual(["费", "12."]);
    expect(tokens("13a", "fee 12.")).toEqual(["fee", "12", "."]);
  });
});

describe("char and none", () => {
  it("take code points, or what stands between white space", () => {
    expect(tokens("char", "a😀 b\u{1d7d8}")).toEqual(["a", "😀", "b", "\u{1d7d8}"]);
    expect(tokens("none", "it's\u00a0(so)\u{1c}far\ufeff.")).toEqual(["it's", "(so)", "far\ufeff."]);
  });
});

describe("every tokenizer", () => {
  const names = ["13a", "intl", "zh", "char", "none"] as const;

  it("loses nothing but white space, and makes no empty token", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string({ unit: "binary" }), (name, text) => {
        fc.pre(!/&|<skipped>|-\n/u.test(text));
        const found = tokens(name, text);
        expect(found.join("")).toBe(words(text).join(""));
        expect(found).not.toContain("");
      }),
    );
  });
});

describe("TER's preparation", () => {
  it("only lowers and collapses white space by default", () => {
    expect(tercom()(" Say  “Hi”,\n\u{1c}Bo. ")).toBe("say “hi”, bo.");
  });

  it("cuts off punctuation and possessives if normalized", () => {
    expect(tercom({ normalized: true, caseSensitive: true })("Ann's dog: 2.5kg (big).")).toBe(
      "Ann 's dog : 2.5kg ( big ) .",
    );
  });

  it("removes punctuation, and East Asian punctuation with Asian support", () => {
    expect(tercom({ noPunct: true })("Well, (yes)! 好。")).toBe("well yes 好。");
    expect(tercom({ noPunct: true, asianSupport: true })("Well, (yes)! 好。")).toBe("well yes 好");
    expect(tercom({ normalized: true, asianSupport: true })("东西。ok")).toBe("东 西 。 ok");
  });
});

describe("white space", () => {
  it("is Python's, not JavaScript's", () => {
    const python = Array.from({ length: 0x10000 }, (_, unit) => unit).filter(isPythonSpace);
    const script = Array.from({ length: 0x10000 }, (_, unit) => unit).filter((unit) =>
      /\s/u.test(String.fromCharCode(unit)),
    );
    expect(python.filter((unit) => !script.includes(unit))).toEqual([0x1c, 0x1d, 0x1e, 0x1f, 0x85]);
    expect(script.filter((unit) => !python.includes(unit))).toEqual([0xfeff]);
  });

  it("is cut off at both ends", () => {
    expect(trimPython("\u{1f} a b \u{85}")).toBe("a b");
    expect(trimPython("\ufeff")).toBe("\ufeff");
    expect(trimPython(" ")).toBe("");
  });
});
