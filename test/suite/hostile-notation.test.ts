import { describe, expect, it } from "vitest";

import { formatProblems, SuiteInvalid } from "../../src/suite/diagnostics.ts";
import { parseSource } from "../../src/suite/source-document.ts";

/** "line:column message" of every problem of the notation. */
function problemsOf(text: string): string[] {
  const { problems } = parseSource(text, "suite.yaml");
  return new SuiteInvalid("suite.yaml", problems).problems.map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
}

const bomb = Array.from(
  { length: 9 },
  (_, i) => `k${i}: &a${i} [${Array.from({ length: 9 }, () => (i === 0 ? "x" : `*a${i - 1}`)).join(", ")}]`,
);

describe("item 11: hostile and broken notation", () => {
  it.each([
    ["a key twice", "a: 1\nb: 2\na: 3\n", ["3:1 the key stands here a second time"]],
    ["a function", 'a: !!js/function "() => 1"\n', ["1:4 tag !!js/function is not allowed"]],
    [
      "a Python object",
      "a: !!python/object/apply:os.system [ls]\n",
      ["1:4 tag !!python/object/apply:os.system is not allowed"],
    ],
    ["__proto__ as a key", '{"a": {"__proto__": {"x": 1}}}', ["1:8 the key __proto__ is not allowed"]],
    ["a list as a key", "? [a]\n: 1\n", ["1:3 a key must be plain text"]],
    ["an alias without an anchor", "a: *b\n", ["1:4 there is no anchor &b before this alias"]],
    ["an alias inside its own anchor", "a: &b [*b]\n", ["1:8 alias *b holds itself"]],
    ["a second document", "a: 1\n---\nb: 1\n", ["2:1 a second document begins here"]],
    ["tabs as indentation", "a:\n\tb: 1\n", ["2:1 tabs are not allowed as indentation"]],
    ["an open quote", 'a: "b\n', ['2:1 missing closing "quote']],
    ["10,000 brackets", "[".repeat(10_000), ["1:64 the suite is nested too deeply"]],
    ["10,000 dashes", `a:\n  ${"- ".repeat(10_000)}`, ["2:127 the suite is nested too deeply"]],
  ])("refuses %s with its place", (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  it("refuses aliases that multiply, and more aliases than a person writes", () => {
    expect(problemsOf(bomb.join("\n"))).toEqual([expect.stringMatching(/alias/)]);
    expect(problemsOf(`a: &a 1\nb: [${Array.from({ length: 101 }, () => "*a").join(", ")}]\n`)).toEqual([
      "2:405 the suite has too many aliases",
    ]);
  });

  it("gives up on a huge file in a second and in little memory", () => {
    const texts = ["- x\n".repeat(1_200_000), "a: [".repeat(1_000_000), "{".repeat(4_999_999), " ".repeat(5_000_001)];
    const before = process.memoryUsage().rss;
    for (const text of texts) {
      const start = process.cpuUsage();
      expect(problemsOf(text).length).toBeGreaterThan(0);
      // Microseconds of this process alone: what else the machine does counts little.
      const { user, system } = process.cpuUsage(start);
      expect(user + system).toBeLessThan(3e6);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(400e6);
  });

  it("leaves Object.prototype alone", () => {
    parseSource('{"constructor": {"prototype": {"x": 1}}, "a": {"__proto__": {"x": 1}}}', "suite.json");
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  it("keeps going after mistakes that leave the meaning clear", () => {
    expect(parseSource("a: 1\na: 2\nb: !x 3\n", "suite.yaml").data).toEqual({ a: 2, b: "3" });
    expect(parseSource("a: [1\nb: 2\n", "suite.yaml").data).toBeUndefined();
  });

  it("resolves what it can and no more: numbers, booleans, plain tags", () => {
    const { data, problems } = parseSource("a: !!str 1\nb: yes\nc: 0x10\nd: 2024-01-01\ne: ~\n", "suite.yaml");
    expect([data, problems]).toEqual([{ a: "1", b: "yes", c: 16, d: "2024-01-01", e: null }, []]);
  });
});

describe("the printed form of problems", () => {
  const print = (text: string, pointer: string): string =>
    formatProblems([parseSource(text, "s.yaml").at(pointer, { message: "is odd" })]);

  it("puts the caret under the value, tabs or not", () => {
    expect(print('{\n\t"a":\t[1, 22]}', "/a/1")).toBe(
      's.yaml:2:11  error  /a/1 is odd\n    2 | \t"a":\t[1, 22]}\n      | \t    \t    ^^\n',
    );
  });

  it("cuts a long line around the place", () => {
    const [, line = "", carets = ""] = print(`{"a": [${"1, ".repeat(2_000)}"here"]}`, "/a/2000").split("\n");
    expect(line.length).toBeLessThan(120);
    expect(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe('"here"');
  });

  it("shows control and direction characters as escapes", () => {
    const printed = print('a: "\u001B]52;c;aGk=\u0007\u202E\u009B2J"', "/a");
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(printed).toContain(String.raw`\u001b]52;c;aGk=\u0007\u202e\u009b2J`);
  });

  it("points at the nearest thing there is for a value that is not there", () => {
    expect(print("a:\n  b: 1\n", "/a/c/d")).toMatch(/^s\.yaml:2:3 /);
    expect(print("", "/a")).toMatch(/^s\.yaml:1:1 /);
  });
});
