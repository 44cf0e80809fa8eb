import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { textWidth } from "../../reports/console/text-width.ts";
import { answerTo } from "../fixtures/runs/make-run.ts";
import { onBench, openToy, type OpenToy } from "./toy-run.ts";

const SIZES = [
  [60, 12],
  [80, 24],
  [81, 25],
  [120, 36],
  [200, 60],
  [250, 80],
] as const;

describe("the screens of a finished run", () => {
  let toy: OpenToy;

  beforeAll(async () => {
    toy = await openToy();
  });

  afterAll(() => toy[Symbol.asyncDispose]());

  test.each(SIZES)("fill a terminal of %i × %i exactly, whatever is shown", async (columns, rows) => {
    const bench = onBench(toy.session, columns, rows);
    for (const keys of [[], ["2"], ["s", "j", "j"], ["enter"], ["enter"], ["?"], ["?", "4"], ["/", "x", "y"]]) {
      await bench.press(...keys);
      expect(bench.lines().map(textWidth), `after ${keys.join(" ")}`).toEqual(
        Array.from({ length: rows }, () => columns),
      );
    }
  });

  test("say that a terminal is too small instead of drawing on it", () => {
    const bench = onBench(toy.session, 40, 10);
    expect(bench.lines()).toHaveLength(10);
    expect(bench.text()).toContain("the terminal is 40 × 10");
  });

  test("begin with the verdict, the checkpoint to ship, scores with their errors and the losses", () => {
    const text = onBench(toy.session, 120, 36).text();
    expect(text).toMatch(/▶ ship checkpoint-20/u);
    expect(text).toMatch(/▶ checkpoint-20 +•?90\.0 ±\d/u);
    expect(text).toContain("└ int8-20");
    expect(text).toContain("Loss ⠒train ●eval");
    expect(text).toMatch(/[⠁-⣿]/u);
  });

  test("compare: the base in brackets, the change of the checkpoint under the cursor, its test in full", async () => {
    const bench = onBench(toy.session, 120, 36);
    await bench.press("2");
    const text = bench.text();
    expect(text).toContain("[▶20]");
    expect(text).toMatch(/▸ quiz\/exact_match +50\.0\* +•90\.0 +50\.0\* .*▼ −40\.0 ±\d/u);
    expect(text).toMatch(/against checkpoint-20, significant at 0\.05/u);
    expect(text).toMatch(/fixed 6 {2}broken 30 {2}same 24/u);
    await bench.press("h", "h");
    expect(bench.text()).toContain("quiz/exact_match · checkpoint-10");
  });

  test("compare anew against the checkpoint under the cursor", async () => {
    const bench = onBench(toy.session, 120, 36);
    await bench.press("2", "h", "h", "B");
    expect(bench.text()).toContain("base checkpoint-10");
    await bench.press("r");
    expect(bench.text()).toContain("base checkpoint-20");
  });

  test("show slices below their metric, and keep the row", async () => {
    const bench = onBench(toy.session, 120, 36);
    await bench.press("2", "j", "s");
    expect(bench.text()).toContain("└ half=low");
    expect(bench.text()).toMatch(/▸ quiz\/rouge/u);
    await bench.press("j", "j");
    expect(bench.text()).toMatch(/▸ └ half=high/u);
    await bench.press("s");
    expect(bench.text()).toMatch(/▸ quiz\/rouge/u);
  });

  test("lead from a cell to the samples that broke there, and from a sample to its words", async () => {
    const bench = onBench(toy.session, 120, 36);
    await bench.press("2", "b");
    expect(bench.text()).toContain("/ broken");
    expect(bench.text()).toContain("1/30");
    // Every second sample is wrong at 30, every tenth at 20: the first that broke is the second.
    expect(bench.text()).toMatch(/▸ q1 +✗✓✗✓/u);
    expect(bench.text()).toContain("answer [-number-]{+letter+} 1");
    await bench.press("j");
    expect(bench.text()).toMatch(/▸ q3 /u);
    await bench.press("enter");
    for (const name of ["checkpoint-10", "checkpoint-20", "checkpoint-30", "int8-20"]) {
      expect(bench.text()).toContain(name);
    }
    await bench.press("esc", "esc");
    expect(bench.text()).toContain("1/60");
    await bench.press("esc");
    expect(bench.text()).toContain("[Compare]");
  });

  test("compare a sample with its reference or with nothing", async () => {
    const bench = onBench(toy.session, 120, 36);
    await bench.press("3", "j", "d");
    expect(bench.text()).toContain("diff: reference");
    expect(bench.text()).toContain("[-number-]{+letter+}");
    await bench.press("d");
    expect(bench.text()).toContain("answer letter 1");
    expect(bench.text()).not.toContain("{+");
  });

  test("filter while one types, in the words of the HTML report", async () => {
    const bench = onBench(toy.session, 120, 36);
    await bench.press("/", ...Array.from("ckpt:int8-20 empty slice:half=low"));
    expect(bench.text()).toContain("1/5");
    expect(bench.text()).toContain("checkpoint-20 → int8-20");
    await bench.press("ctrl-w", "ctrl-w", ...Array.from("score<"));
    expect(bench.text()).toContain("should compare with a number");
    await bench.press("esc");
    expect(bench.text()).toContain("no filter");
    await bench.press("/", ...Array.from("nothing like it"), "enter");
    expect(bench.text()).toContain("no sample passes the filter");
  });

  test("sort by the worst change", async () => {
    const bench = onBench(toy.session, 120, 36);
    await bench.press("3", "s");
    expect(bench.text()).toContain("by change");
    expect(bench.text()).toMatch(/▸ q1 /u);
  });

  test("make links that the HTML report understands", async () => {
    const bench = onBench(toy.session, 120, 36);
    await bench.press("2", "b", "y");
    expect(bench.effects.at(-1)).toEqual({
      kind: "copy",
      fragment: "#s=quiz/q1&c=toy/checkpoint-30&b=toy/checkpoint-20&m=quiz/exact_match&f=broken",
    });
  });

  test("queue a sample for people", async () => {
    const bench = onBench(toy.session, 120, 36);
    await bench.press("2", "b", "A");
    expect(bench.effects.at(-1)).toEqual({ kind: "queue", task: "quiz", sample: "q1" });
  });

  test("survive any keys in any order, at any size", async () => {
    const keys =
      "1 2 3 4 j k h l g G enter esc / ? f b m M B s d A J K tab ctrl-d ctrl-u pagedown pageup backspace x : < 漢";
    const key = fc.constantFrom(...keys.split(" "));
    const size = fc.tuple(fc.integer({ min: 20, max: 260 }), fc.integer({ min: 3, max: 90 }));
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 25 }), size, async (pressed, [columns, rows]) => {
        const bench = onBench(toy.session, columns, rows);
        await bench.press(...pressed);
        expect(bench.lines().map(textWidth)).toEqual(Array.from({ length: rows }, () => columns));
      }),
      { numRuns: 40 },
    );
  });
});

test("a run without gates has no screen for them; one with gates shows what became of each", async () => {
  await using toy = await openToy();
  const bare = onBench(toy.session, 120, 36);
  await bare.press("5");
  expect(bare.text()).not.toContain("Gates");
  const gate = {
    mode: "threshold",
    severity: "error",
    maxDrop: 0,
    min: 95,
    max: null,
    minN: 10,
    alpha: 0.05,
    slice: null,
    place: { file: "suite.yaml" },
  } as const;
  await using gated = await openToy({
    gates: [
      { ...gate, metric: "quiz/exact_match" },
      { ...gate, metric: "quiz/rouge1", min: 10 },
    ],
  });
  const bench = onBench(gated.session, 120, 36);
  await bench.press("5");
  expect(bench.text()).toContain("[Gates]");
  expect(bench.text()).toContain("2 gates: 1 failed, 1 passed");
  expect(bench.text()).toMatch(/✗ fail .*quiz\/exact_match[^]*✓ pass .*quiz\/rouge1/u);
});

describe("what a model wrote", () => {
  const ATTACK = "\u001b]0;pwned\u0007\u001b[2J\u001b[31mred\u009b5A\r\u202egnp.exe\u0000\u0008";

  test("is shown as signs on every screen, never sent to the terminal", async () => {
    await using toy = await openToy({
      checkpoints: [
        { name: "checkpoint-10", step: 10, answer: (i) => answerTo(i) + ATTACK },
        {
          name: `checkpoint-20${ATTACK.replaceAll("\u0000", "")}`,
          step: 20,
          answer: (i) => (i === 3 ? null : answerTo(i)),
        },
      ],
    });
    const bench = onBench(toy.session, 120, 36);
    const seen: string[] = [];
    for (const keys of [[], ["2"], ["enter"], ["enter"], ["d"], ["4"], ["?"], ["?", "3", "/", ATTACK]]) {
      await bench.press(...keys);
      seen.push(bench.text());
    }
    const text = seen.join("\n");
    expect(text).toContain("␛]0;pwned␇␛[2J␛[31mred⟨U+009B⟩5A");
    expect(text).toContain("⟨U+202E⟩gnp.exe");
    expect(text.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u)).toBeNull();
  });
});
