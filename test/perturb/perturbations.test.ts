import { fileURLToPath } from "node:url";

import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { JsonObject } from "../../src/core/json.ts";
import { perturbations } from "../../src/perturb/index.ts";
import type { PerturbContext, Perturbation } from "../../src/perturb/perturbation.ts";
import { randomOf } from "../../src/perturb/random.ts";
import { pieces } from "../../src/perturb/words.ts";

type Name = keyof typeof perturbations;

const folder = fileURLToPath(new URL("../..", import.meta.url));

/** A perturbation whose models give these replies, in order. */
async function make(name: Name, options: JsonObject = {}, replies: readonly string[] = []): Promise<Perturbation> {
  const left = [...replies];
  const context: PerturbContext = {
    folder,
    ask: () => Promise.resolve({ ask: () => Promise.resolve({ text: left.shift() ?? "", finish: "stop" }) }),
  };
  return (await perturbations[name]()).create(options, context);
}

async function textOf(name: Name, text: string, options: JsonObject = {}, seed = 1): Promise<string> {
  return (await make(name, options)).text?.(text, { version: 0, random: randomOf(seed) }) ?? "";
}

const words = (text: string): string[] => pieces(text).flatMap(({ text: word, isWord }) => (isWord ? [word] : []));
const SENTENCE = "acute bronchitis of the left lung with fever since Monday morning";

describe.each(Object.keys(perturbations) as Name[])("%s", (name) => {
  it("does what its example says, and its options fit its schema", async () => {
    const { example, options, name: own } = await perturbations[name]();
    expect(own).toBe(name);
    const validate = new Ajv2020({ strictTypes: false }).compile(options);
    expect([validate(example.options ?? {}), validate.errors]).toEqual([true, null]);
    const made = await make(name, example.options, example.replies);
    const draw = { version: 0, random: randomOf(1) };
    const becomes =
      example.row === undefined ? await made.text?.(example.text ?? "", draw) : made.row?.(example.row, draw);
    expect(becomes).toEqual(example.becomes);
  });
});

describe("perturbing texts", () => {
  const quick = (Object.keys(perturbations) as Name[]).filter(
    (name) => !["back_translation", "paraphrase", "option_order", "synonym"].includes(name),
  );

  it.each(quick)("is the same for a seed, and survives any text: %s", async (name) => {
    const made = await make(name);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 60 }), fc.nat(), async (text, seed) => {
        const [a, b] = [randomOf(seed), randomOf(seed)].map((random) => made.text?.(text, { version: 0, random }));
        expect(await a).toBe(await b);
        expect(typeof (await a)).toBe("string");
      }),
      { numRuns: 200 },
    );
  });

  it.each(quick)("differs from seed to seed unless it changes everything: %s", async (name) => {
    const texts = await Promise.all(Array.from({ length: 12 }, (_, seed) => textOf(name, `${SENTENCE}.`, {}, seed)));
    const isWhole = name === "case" || name === "punctuation";
    expect(new Set(texts).size > 1).toBe(!isWhole);
  });

  it.each([
    [{}, 4],
    [{ aug_word_p: 0.1 }, 2],
    [{ aug_word_p: 1, aug_word_max: 20 }, 9],
    [{ aug_word_p: 0 }, 1],
    [{ aug_word_p: 0, aug_word_min: 0 }, 0],
    [{ aug_word_p: 1, aug_word_max: 3 }, 3],
    [{ aug_word_p: 1, aug_word_max: 20, stopwords: ["Acute", "fever"] }, 7],
    [{ aug_word_p: 1, aug_word_max: 20, min_char: 7 }, 2],
  ])("changes as many words as nlpaug 1.1.11 with %j", async (options, count) => {
    // Eleven words, nine of them of four characters or more: ceil(0.3 × 11) = 4.
    for (let seed = 0; seed < 20; seed++) {
      const before = words(SENTENCE);
      const after = (await textOf("random_char", SENTENCE, { candidates: ["#"], ...options }, seed)).split(" ");
      expect(after.filter((word, index) => word !== before[index])).toHaveLength(count);
    }
  });

  it.each([
    ["substitute", 0],
    ["insert", 2],
    ["delete", -2],
    ["swap", 0],
  ])("changes as many characters of a word as nlpaug: %s", async (action, growth) => {
    // ceil(0.2 × 10) = 2 characters.
    const options = { action, aug_char_p: 0.2, candidates: ["#"] };
    const after = await textOf("random_char", "bronchitis", options);
    expect(after).toHaveLength("bronchitis".length + growth);
    expect(Array.from(after).filter((each) => each === "#")).toHaveLength(
      action === "insert" || action === "substitute" ? 2 : 0,
    );
    if (action === "swap") expect(Array.from(after).toSorted()).toEqual(Array.from("bronchitis").toSorted());
  });

  it("keeps capitals where they were when letters are swapped", async () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(await textOf("random_char", "Fever", { action: "swap", aug_char_p: 0.1 }, seed)).toMatch(
        /^[A-Z][a-z]{4}$/u,
      );
    }
  });

  it("hits keys that lie beside the right one", async () => {
    const beside: Readonly<Record<string, string>> = { g: "tyfhvb", a: "qwsz", p: "ol" };
    for (const [key, neighbours] of Object.entries(beside)) {
      const options = { include_special_char: false, include_numeric: false, include_upper_case: false, min_char: 1 };
      for (let seed = 0; seed < 20; seed++) expect(neighbours).toContain(await textOf("keyboard", key, options, seed));
    }
    // On a German keyboard z stands where y does on an English one.
    const german = await Promise.all(
      Array.from({ length: 40 }, (_, seed) =>
        textOf("keyboard", "t", { lang: "de", include_numeric: false, include_upper_case: false, min_char: 1 }, seed),
      ),
    );
    expect(german).toContain("z");
    expect(german).not.toContain("y");
  });

  it("leaves what is not punctuation between words alone", async () => {
    const text = "A15.0, don't; 3.5 mg (daily)!";
    expect(await textOf("punctuation", text)).toBe("A15.0 don't 3.5 mg daily");
    expect(await textOf("punctuation", "yes. no", { action: "substitute" })).toMatch(/^yes[,;:!?] no$/u);
    expect(await textOf("punctuation", "a b c", { action: "insert", aug_p: 1 })).toMatch(/^a [,.;:!?] b [,.;:!?] c$/u);
  });

  it("never removes the last word", async () => {
    expect(await textOf("random_word", "fever", { aug_p: 1 })).toBe("fever");
    expect(words(await textOf("random_word", SENTENCE, { aug_p: 1, aug_max: 99 }))).toHaveLength(1);
  });

  it("uses synonyms of several words, and none for determiners or words it does not know", async () => {
    const wordnet = "test/fixtures/wordnet";
    const found = new Set(
      await Promise.all(Array.from({ length: 30 }, (_, seed) => textOf("synonym", "Vessel", { wordnet }, seed))),
    );
    expect([...found].toSorted()).toEqual(["Bowl", "Ship", "Water craft"]);
    expect(await textOf("synonym", "the xyz of that", { wordnet })).toBe("the xyz of that");
    await expect(textOf("synonym", "ferry", { wordnet: "nowhere" })).rejects.toMatchObject({
      code: "E_MISSING_DEPENDENCY",
    });
  });
});

describe("having a model rewrite", () => {
  it("understands fenced JSON and plain text, and refuses nothing and nonsense", async () => {
    const ask = async (reply: string): Promise<unknown> => {
      const made = await make("paraphrase", { model: "m" }, [reply]);
      return made.text?.("fever", { version: 0, random: randomOf(1) });
    };
    expect(await ask('```json\n{"text": "high temperature"}\n```')).toBe("high temperature");
    expect(await ask("high temperature")).toBe("high temperature");
    for (const reply of ["", '{"text": ""}', "{broken"]) {
      await expect(ask(reply)).rejects.toMatchObject({
        code: "E_JUDGE",
        message: expect.stringContaining("m did not"),
      });
    }
  });

  it("names a model that the suite does not list", async () => {
    const module = await perturbations.back_translation();
    expect(() => module.create({ from_model: "translater" }, { models: ["translator"] })).toThrow(
      expect.objectContaining({ hint: 'did you mean "translator"?' }),
    );
  });
});

describe("option_order", () => {
  const rowOf = async (row: JsonObject, options: JsonObject, seed: number): Promise<JsonObject | undefined> =>
    (await make("option_order", options)).row?.(row, { version: 0, random: randomOf(seed) });

  it.each([
    [
      "letters",
      { o: ["a", "b", "c", "d"], k: "C" },
      { options: "o", answer: "k" },
      (row: JsonObject) => "ABCD".indexOf(row["k"] as string),
    ],
    [
      "numbers from 0",
      { o: ["a", "b", "c", "d"], k: 2 },
      { options: "o", answer: "k" },
      (row: JsonObject) => Number(row["k"]),
    ],
    [
      "numbers from 1",
      { o: ["a", "b", "c", "d"], k: "3" },
      { options: "o", answer: "k", base: 1 },
      (row: JsonObject) => Number(row["k"]) - 1,
    ],
  ])("moves the answer along: %s", async (_, row, options, indexOf) => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const after = await rowOf(row, options, seed);
      const list = after?.["o"] as string[];
      expect(list[indexOf(after ?? {})]).toBe("c");
      expect(list).not.toEqual(row.o);
      orders.add(list.join(""));
    }
    expect(orders.size).toBeGreaterThan(10);
  });

  it("knows options in columns of their own and inside another column", async () => {
    const apart = await rowOf({ opa: "x", opb: "y", cop: 0 }, { options: ["opa", "opb"], answer: "cop" }, 1);
    expect(apart).toEqual({ opa: "y", opb: "x", cop: 1 });
    const inside = await rowOf(
      { choices: { text: ["x", "y"], label: ["A", "B"] }, answerKey: "A" },
      { options: "choices.text", answer: "answerKey" },
      1,
    );
    expect(inside).toEqual({ choices: { text: ["y", "x"], label: ["A", "B"] }, answerKey: "B" });
  });

  it.each([
    [{ o: "no list" }, { options: "o" }, "is no list of options"],
    [{ o: ["a", "b"] }, { options: "p" }, 'has no column "p"'],
    [{ o: ["a", "b"], k: 2 }, { options: "o", answer: "k" }, "is no option's number or letter"],
  ])("refuses %j", async (row, options, message) => {
    await expect(rowOf(row, options, 1)).rejects.toThrow(message);
  });
});
