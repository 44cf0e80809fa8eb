import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { JsonObject } from "../../src/core/json.ts";
import { compilePrompt } from "../../src/suite/prompt.ts";

const place = { file: "suite.yaml", line: 3, column: 13 };
const row = { id: "r1", place: { file: "d.jsonl", line: 7 } };

const render = (template: string, columns: JsonObject): string => compilePrompt(template, place).render(columns, row);

describe("prompts", () => {
  it.each<[string, JsonObject, string]>([
    ["term: {{ term }}\ntitle:", { term: "a" }, "term: a\ntitle:"],
    ["{{ a }}{{ a }} {{b}}", { a: "x", b: 1.5 }, "xx 1.5"],
    ["line\n", {}, "line\n"],
    ["line\n\n", {}, "line\n\n"],
    ["{{ a }}\n", { a: "x" }, "x\n"],
    ["{{ yes }}/{{ no }}", { yes: true, no: false }, "True/False"],
    ["{{ a | trim | upper }}", { a: " x " }, "X"],
    ["{{ deep.er[0] }}", { deep: { er: ["x"] } }, "x"],
    ["{% if a %}yes{% else %}no{% endif %}", { a: false }, "no"],
    ["{% for c in cs %}{{ loop.index }}. {{ c }}\n{% endfor %}", { cs: ["x", "y"] }, "1. x\n2. y\n"],
    ["{% set n = cs | length %}{{ n }}", { cs: [1, 2] }, "2"],
    ["{{ a or 'none' }}", { a: null }, "none"],
    ["{{ a | default('none') }}{% if b is defined %}{{ b }}{% endif %}", {}, "none"],
    ["{{ xs }}", { xs: [1, "a"] }, '[1, "a"]'],
    ["{# a remark #}x", {}, "x"],
    ["{{ range(3) | join(',') }}", {}, "0,1,2"],
    ["{{ range }} {{ namespace }} {{ range | upper }}", { range: "r", namespace: "n" }, "r n R"],
    ["{% macro q(x, y='?') %}{{ x }}{{ y }}{% endmacro %}{{ q('a') }}", {}, "a?"],
  ])("render %j with %j", (template, columns, expected) => {
    expect(render(template, columns)).toBe(expected);
  });

  it("take text as it is: no template inside a value is rendered", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(render("[{{ a }}]", { a: value })).toBe(`[${value}]`);
        // By way of the interpreter.
        expect(render("[{{ a }}{# #}]", { a: value })).toBe(`[${value}]`);
      }),
    );
    expect(render("{{ a }}", { a: "{{ b }}" })).toBe("{{ b }}");
  });

  it.each<[string, JsonObject, RegExp, RegExp]>([
    ["{{ trem }}", { term: "x" }, /column "trem" is missing \(row "r1", d\.jsonl:7\)/, /"term"/],
    ["{{ zebra }}", { a: 1, b: 2 }, /column "zebra" is missing/, /columns are a, b/],
    ["{{ a.c }}", { a: { b: 1 } }, /column "a\.c" is missing/, /columns are a/],
    ["{{ a }}", { a: null }, /column "a" is null/, /where/],
    ["{% if b %}x{% endif %}", { a: 1 }, /column "b" is missing/, /columns are a/],
    ["{% for x in xs %}{% endfor %}{{ x }}", { xs: [1] }, /column "x" is missing/, /xs/],
    ["{{ toString }}{{ constructor }}", { a: 1 }, /"toString" is missing/, /columns/],
  ])("refuse %j with %j", (template, columns, message, hint) => {
    expect(() => render(template, columns)).toThrow(
      expect.objectContaining({
        code: "E_PROMPT",
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
        place,
      }),
    );
  });

  it.each(["{{ a | nofilter }}", "{{ range(10 ** 9) }}", "{{ range(0, 5, 0) }}", "{{ a() }}"])(
    "turn a failing template into one error: %s",
    (template) => {
      expect(() => render(template, { a: "x" })).toThrow(expect.objectContaining({ code: "E_PROMPT", place }));
    },
  );

  it.each(["{{ a", "{% if a %}", "{% endfor %}", "{{ }}", "{{ a b }}", "{% for %}{% endfor %}"])(
    "refuse %j before any row is seen",
    (template) => {
      expect(() => compilePrompt(template, place)).toThrow(
        expect.objectContaining({
          code: "E_PROMPT",
          message: expect.stringMatching(/not a valid Jinja template/),
          place,
        }),
      );
    },
  );

  it("know the names they need for certain", () => {
    const requiredOf = (template: string): string[] => [...compilePrompt(template, place).required].toSorted();
    expect(requiredOf("{{ a }} {{ b.c }} {{ d[e] }} {{ f | join(g) }}")).toEqual(["a", "b", "d", "e", "f", "g"]);
    expect(requiredOf("{% if a %}{{ b }}{% endif %}{{ c if d else e }}")).toEqual(["a", "d"]);
    expect(requiredOf("{% set x = y %}{{ x }}{% for i, j in k %}{{ i }}{{ l }}{% endfor %}")).toEqual(["k", "y"]);
    expect(requiredOf("{{ a is defined }}{{ b | default('x') }}{{ true }}{{ range(3) }}")).toEqual([]);
    expect(requiredOf("{% macro m(p, q=r) %}{{ p }}{{ s }}{% endmacro %}{{ m(t) }}")).toEqual(["t"]);
    expect(requiredOf("{{ f(key=value) }}")).toEqual(["f", "value"]);
  });

  it("give the items of a list as accepted answers, and only there", () => {
    const list = (template: string, columns: JsonObject): string[] =>
      compilePrompt(template, place).renderList(columns, row);
    expect(list("{{ answers.text }}", { answers: { text: ["a", "b"] } })).toEqual(["a", "b"]);
    expect(list("{{ a }}", { a: [] })).toEqual([]);
    expect(list("{{ a }}", { a: "x" })).toEqual(["x"]);
    expect(list("{{ a }}", { a: [1, true] })).toEqual(["1", "True"]);
    expect(list("<{{ a }}>", { a: ["x"] })).toEqual(['<["x"]>']);
    expect(() => list("{{ a }}", { a: ["x", null] })).toThrow(/null/);
  });

  it("render plain rows without the interpreter, many times as fast", () => {
    const timed = (template: string): number => {
      const prompt = compilePrompt(template, place);
      const times = Array.from({ length: 3 }, () => {
        const start = performance.now();
        let characters = 0;
        for (let i = 0; i < 20_000; i++) characters += prompt.render({ term: "abc", other: i }).length;
        expect(characters).toBe(20_000 * 16);
        return performance.now() - start;
      });
      return Math.min(...times);
    };
    expect(timed("term: {{ term }}\ntitle:") * 2).toBeLessThan(timed("term: {{ term | trim }}\ntitle:"));
  });
});
