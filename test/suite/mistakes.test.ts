import { describe, expect, it } from "vitest";

import { change, problemOf, problemsOf, task, valid } from "./small-suite.ts";

describe("a suite", () => {
  it("without mistakes loads", async () => {
    expect(await problemsOf(valid)).toEqual([]);
  });

  it.each([
    ["version: 1", 'version: "1"', '2:10 /version must be integer, got string "1" — remove the quotes'],
    ["version: 1", 'version: "one"', '2:10 /version must be integer, got string "one"'],
    ["version: 1", "version: 0", "2:10 /version must be at least 1"],
    ["version: 1", "version:", "2:1 /version must be integer, got nothing"],
    ["suite: s", "suite: 12", '1:8 /suite must be string, got number 12 — put it in quotes: "12"'],
    [
      "suite: s",
      "suite: a/b",
      '1:8 /suite must begin with a letter or digit and hold only letters, digits, ".", "_" and "-"',
    ],
    ["version: 1", "version: 1\nverison: 2", '3:1  unknown key "verison" — did you mean "version"?'],
    ["version: 1", "version: 1\nalpha: 0.7", "3:8 /alpha must be at most 0.5"],
    [
      "[exact_match]",
      "[regex]",
      '8:14 /tasks/0/judges/0 regex needs the option "pattern" — write { regex: { pattern: … } }',
    ],
    ["[exact_match]", "[{ regex: {} }]", '8:23 /tasks/0/judges/0/regex missing key "pattern"'],
    ["backend: onnx", "backend: command", '11:5 /models/0 missing key "options"'],
    ["backend: onnx", "backend: command\n    options: {}", '13:14 /models/0/options missing key "command"'],
    ["version: 1\n", "", '1:1  missing key "version"'],
    ["[level]", "level", '9:13 /tasks/0/slices must be list, got string "level" — write a list: ["level"]'],
    ["[level]", "[level, level]", "9:21 /tasks/0/slices/1 stands in the list a second time"],
    ["[exact_match]", "[]", "8:13 /tasks/0/judges must not be empty"],
    ["[exact_match]", "[exact_mach]", /8:14 \/tasks\/0\/judges\/0 must be one of .* — did you mean "exact_match"\?/],
    ["[exact_match]", "[5]", '8:14 /tasks/0/judges/0 must be string or mapping, got number 5 — put it in quotes: "5"'],
    [
      "[exact_match]",
      "[{exact_mach: {}}]",
      '8:15 /tasks/0/judges/0 unknown judge "exact_mach" — did you mean "exact_match"?',
    ],
    [
      "[exact_match]",
      "[{exact_match: {ignore_cas: true}}]",
      '8:29 /tasks/0/judges/0/exact_match unknown key "ignore_cas" — did you mean "ignore_case"?',
    ],
    [
      "[exact_match]",
      "[{exact_match: {ignore_case: 'true'}}]",
      '8:42 /tasks/0/judges/0/exact_match/ignore_case must be boolean, got string "true" — remove the quotes',
    ],
    [
      "[exact_match]",
      "[{as: x}]",
      "8:14 /tasks/0/judges/0 must name one judge — write each judge as an entry of its own",
    ],
    [
      "[exact_match]",
      "[{exact_match: {}, rouge: {}}]",
      "8:14 /tasks/0/judges/0 must name one judge — write each judge as an entry of its own",
    ],
    [
      "[exact_match]",
      "[exact_match, {exact_match: {ignore_case: true}}]",
      /8:27 \/tasks\/0\/judges\/1 gives a metric "exact_match", which judge exact_match gives already — name one of them/,
    ],
    [
      '    references: "{{ a }}"\n',
      "",
      /7:14 \/tasks\/0\/judges\/0 exact_match needs references, and the task has none/,
    ],
    [
      "[level]",
      "[level]\n    kind: choise",
      '10:11 /tasks/0/kind must be one of generate, choice, loglikelihood, perplexity, classify — did you mean "choice"?',
    ],
    ["[level]", "[level]\n    kind: choice", '4:5 /tasks/0 missing key "choices" — a choice task chooses among them'],
    [
      "[level]",
      "[level]\n    choices: [x, y]",
      '10:14 /tasks/0/choices key "choices" does not apply to kind generate — say `kind: choice`',
    ],
    [
      "[level]",
      "[level]\n    scoring: generate",
      '10:14 /tasks/0/scoring key "scoring" does not apply to kind generate',
    ],
    ["[level]", "[leve]", '9:14 /tasks/0/slices/0 no row has the column "leve" — did you mean "level"?'],
    ["{{ q }}", "{{ q", "6:13 /tasks/0/prompt is not a valid Jinja template: unexpected end of input"],
    [
      "{{ q }}",
      "{{ Q }}",
      '6:13 /tasks/0/prompt names the column "Q", which the first row does not have — did you mean "q"?',
    ],
    [
      "{{ a }}",
      "{{ b }}",
      /7:17 \/tasks\/0\/references names the column "b", which the first row does not have — the columns are q, a/,
    ],
    [
      "dataset: data.jsonl",
      "dataset: dta.jsonl",
      '5:14 /tasks/0/dataset names no dataset: there is no file dta.jsonl — did you mean "data.jsonl"?',
    ],
    [
      "dataset: data.jsonl",
      "dataset: { path: ckpt }",
      /5:14 \/tasks\/0\/dataset cannot be read: the file has no list of rows \(.*config.json:1\)/,
    ],
    [
      "dataset: data.jsonl",
      "dataset: { path: data.jsonl, validation: val.jsonl }",
      /5:46 \/tasks\/0\/dataset\/validation names no dataset/,
    ],
    [
      "dataset: data.jsonl",
      "dataset: { path: data.jsonl, where: {} }",
      "5:41 /tasks/0/dataset/where must not be empty",
    ],
    [
      "dataset: data.jsonl",
      "dataset: { path: data.jsonl, limit: 0 }",
      "5:41 /tasks/0/dataset/limit must be at least 1",
    ],
    [
      "[level]",
      "[level]\n    few_shot: { count: 1, dataset: few.jsonl }",
      /10:36 \/tasks\/0\/few_shot\/dataset names no dataset/,
    ],
    [
      "checkpoints: ckpt",
      "checkpoints: cpkt",
      '13:18 /models/0/checkpoints names nothing that exists: cpkt — did you mean "ckpt"?',
    ],
    [
      "checkpoints: ckpt",
      "checkpoints: [{ path: ckpt, stpe: 1 }]",
      '13:33 /models/0/checkpoints/0 unknown key "stpe" — did you mean "step"?',
    ],
    ["    checkpoints: ckpt\n", "", '11:5 /models/0 missing key "checkpoints"'],
    [
      "checkpoints: ckpt",
      "checkpoints: ckpt\n    url: http://x",
      '14:5 /models/0 key "url" does not apply to this backend',
    ],
    [
      "checkpoints: ckpt",
      "checkpoints: ckpt\n    options: { thread: 1 }",
      '14:16 /models/0/options unknown key "thread" — did you mean "threads"?',
    ],
    [
      "backend: onnx\n    checkpoints: ckpt",
      "backend: openai\n    url: localhost:80",
      "13:10 /models/0/url must begin with http:// or https:// and hold no spaces",
    ],
    ["tasks:", "<<: {}\ntasks:", '3:1  unknown key "<<" — merge keys are not part of YAML 1.2; repeat the keys'],
  ])("with %j changed to %j says so", async (from, to, expected) => {
    const problem = await problemOf(change(from, to));
    if (typeof expected === "string") expect(problem).toBe(expected);
    else expect(problem).toMatch(expected);
  });

  it.each([
    [
      "gates: [{ metric: t/exact_mach }]",
      '14:19 /gates/0/metric task "t" has no metric "exact_mach" — did you mean "t/exact_match"?',
    ],
    [
      "gates: [{ metric: exact_match }]",
      '14:19 /gates/0/metric must be task/metric, got "exact_match" — did you mean "t/exact_match"?',
    ],
    [
      "gates: [{ metric: u/exact_match }]",
      '14:19 /gates/0/metric there is no task "u" — did you mean "t/exact_match"?',
    ],
    [
      "gates: [{ metric: overfit, mode: threshold }]",
      "14:19 /gates/0/metric overfit needs the training run's log — add `training: { log: … }`",
    ],
    [
      "training: { log: log }\ngates: [{ metric: overfit, mode: regression }]",
      /15:19 \/gates\/0\/metric overfit has no regression — leave `mode` out/,
    ],
    [
      "gates: [{ metric: latency, max_drop: much }]",
      '14:38 /gates/0/max_drop must be a number, or percent as in "10%"',
    ],
    [
      'gates: [{ metric: t/exact_match, max_drop: "5%" }]',
      /14:44 \/gates\/0\/max_drop is in percent, which applies to latency, memory and energy, not to t\/exact_match/,
    ],
    [
      "gates: [{ metric: latency, mode: noninferior, max_drop: 0% }]",
      /14:9 \/gates\/0 needs "max_drop" above 0 for mode noninferior/,
    ],
    ["gates: [{ metric: energy, slice: level=easy }]", '14:27 /gates/0 key "slice" does not apply to energy'],
    [
      "gates: [{ metric: t/exact_match, allow_different: true }]",
      '14:34 /gates/0 key "allow_different" does not apply to what judges score',
    ],
    ["gates: [{ metric: t/exact_match, min: 5 }]", '14:34 /gates/0 key "min" does not apply to mode regression'],
    ["gates: [{ metric: t/exact_match, mode: threshold }]", '14:9 /gates/0 needs "min" or "max" for mode threshold'],
    ["gates: [{ metric: t/exact_match, mode: threshold, min: 5, max: 4 }]", '14:9 /gates/0 "min" is above "max"'],
    [
      "gates: [{ metric: t/exact_match, mode: noninferior }]",
      /14:9 \/gates\/0 needs "max_drop" above 0 for mode noninferior/,
    ],
    ["gates: [{ metric: t/exact_match, max_drop: -1 }]", "14:44 /gates/0/max_drop must be at least 0"],
    ["gates: [{ metric: t/exact_match, slice: level }]", "14:41 /gates/0/slice must be column=value"],
    [
      "gates: [{ metric: t/exact_match, slice: leve=easy }]",
      '14:41 /gates/0/slice the task has no slices by "leve" — did you mean "level"?',
    ],
    ["ship: { metric: t/blue }", '14:17 /ship/metric task "t" has no metric "blue" — it has exact_match'],
    ["ship: { metric: overfit }", '14:17 /ship/metric must be task/metric, got "overfit"'],
    ["training: { log: logs }", '14:18 /training/log names nothing that exists: logs — did you mean "log"?'],
    ["human: { sample: 10, tasks: [x] }", '14:30 /human/tasks/0 there is no task "x" that generates text'],
    [
      "human: { sample: 10, stratify: [levl] }",
      '14:33 /human/stratify/0 no chosen task has slices by "levl" — did you mean "level"?',
    ],
    [
      "human: { sample: 10, stratify: [split] }",
      '14:33 /human/stratify/0 no chosen task has slices by "split" — add it to the `slices` of the tasks',
    ],
    ["human: { sample: 10, form: pairs }", /14:28 \/human\/form must be one of pairwise, choice, rating/],
  ])("with %s says what is wrong", async (addition, expected) => {
    const problem = await problemOf(`${valid}${addition}\n`);
    if (typeof expected === "string") expect(problem).toBe(expected);
    else expect(problem).toMatch(expected);
  });

  it("with one name for two tasks or models says so", async () => {
    expect(await problemOf(change(task, task + task))).toBe('10:11 /tasks/1/task another task is named "t"');
    const model = "  - { model: m, backend: onnx, checkpoints: ckpt }\n";
    expect(await problemOf(valid + model)).toBe('14:14 /models/1/model another model is named "m"');
  });

  it("without tasks or models says so", async () => {
    const [first, second, ...others] = await problemsOf("suite: s\nversion: 1\ntasks: []\nmodels: []\n");
    expect([first?.message, second?.message, others]).toEqual(["must not be empty", "must not be empty", []]);
  });

  it("that is empty lacks its keys; one that is a list is told so", async () => {
    expect(await problemOf("# nothing\n")).toBe("1:1  must be mapping, got nothing");
    expect(await problemOf("- suite: s\n")).toBe("1:1  must be mapping, got a list");
  });

  it("shows the mistake behind an alias where it is written", async () => {
    const text = valid
      .replace("[exact_match]", "&j [exact_mach]")
      .replace("\nmodels", `${task.replace("t\n", "u\n").replace("[exact_match]", "*j")}\nmodels`);
    expect((await problemsOf(text)).map(({ line }) => line)).toEqual([8, 8]);
  });
});
