import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as runtime from "onnxruntime-node";
import { afterEach, describe, expect, it } from "vitest";

import { canUse, chooseDevice } from "../../../src/backend/onnx/device.ts";
import type { Backend } from "../../../src/core/backend.ts";
import { makeProject } from "../../cli/project.ts";
import { closeAll, collect, done, generate, GREEDY, openTiny, signal } from "../../fixtures/models/tiny-lm.ts";

const MODELS = join(import.meta.dirname, "../../fixtures/models");
const CLASSIFIER = join(MODELS, "tiny-classifier");
const SEQ2SEQ = join(MODELS, "tiny-seq2seq");
/** What transformers answered, one text at a time: make_tiny_zoo.py. */
const labels = JSON.parse(readFileSync(join(CLASSIFIER, "expected.json"), "utf8")) as {
  readonly labels: readonly string[];
  readonly rows: Readonly<Record<string, readonly number[]>>;
};
const translations = JSON.parse(readFileSync(join(SEQ2SEQ, "expected.json"), "utf8")) as {
  readonly texts: Readonly<Record<string, string>>;
  readonly scores: Readonly<Record<string, number>>;
};

async function score(backend: Backend, contexts: readonly string[], continuations: readonly string[]) {
  const requests = contexts.map((context, index) => ({ index, context, continuations }));
  return collect(backend.loglikelihood(requests, signal));
}

let folder = "";
afterEach(async () => {
  await closeAll();
  if (folder !== "") await rm(folder, { recursive: true });
  folder = "";
});

/** A copy of a fixture, with its configuration changed. */
async function changed(model: string, change: (config: Record<string, unknown>) => void): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), "evalh-onnx-"));
  await cp(model, folder, { recursive: true });
  const file = join(folder, "config.json");
  const config = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  change(config);
  await writeFile(file, JSON.stringify(config));
  return folder;
}

describe("an exported classifier", () => {
  const texts = Object.keys(labels.rows);
  const choices = labels.labels.map((label) => ` ${label}`);

  it("gives its labels the probabilities that transformers gives them, whatever shares the batch", async () => {
    const backend = await openTiny({}, CLASSIFIER);
    expect(backend.capabilities).toEqual({ generate: false, loglikelihood: true });
    expect(backend.version).toMatch(/^onnxruntime-node \S+ cpu model\.onnx$/);
    const found = await score(backend, texts, choices);
    for (const [index, text] of texts.entries()) {
      const row = labels.rows[text] ?? [];
      const scores = done(found.get(index));
      for (const [place, { logprob, tokens, greedy }] of scores.entries()) {
        expect(logprob, text).toBeCloseTo(row[place] ?? NaN, 4);
        expect({ tokens, greedy }).toEqual({ tokens: 1, greedy: row[place] === Math.max(...row) });
      }
    }
  });

  it("finds labels by name in any order, and says which there are", async () => {
    const backend = await openTiny({}, CLASSIFIER);
    const [text = ""] = texts;
    const [neutral, good] = done((await score(backend, [text], [" NEUTRAL", " good"])).get(0));
    expect(neutral?.logprob).toBeCloseTo(labels.rows[text]?.[2] ?? NaN, 4);
    expect(good?.logprob).toBeCloseTo(labels.rows[text]?.[1] ?? NaN, 4);
    const wrong = (await score(backend, [text], [" good", " awful"])).get(0);
    const message = "the model has no label 'awful'; it has bad, good, neutral";
    expect(wrong).toMatchObject({ kind: "failed", error: { message } });
  });

  it("takes choices by their place where labels have no names, and each label by itself where a text may have several", async () => {
    const path = await changed(CLASSIFIER, (config) => {
      config["id2label"] = { 0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2" };
      config["problem_type"] = "multi_label_classification";
    });
    const backend = await openTiny({}, path);
    const [text = ""] = texts;
    const scores = done((await score(backend, [text], [" a", " b", " c"])).get(0));
    const [first, second] = labels.rows[text] ?? [];
    // Log-odds differ as logits do, which log-probabilities of a softmax keep.
    const logit = (logprob: number): number => logprob - Math.log(-Math.expm1(logprob));
    expect(logit(scores[0]?.logprob ?? NaN) - logit(scores[1]?.logprob ?? NaN)).toBeCloseTo(
      (first ?? NaN) - (second ?? NaN),
      3,
    );
    expect(done((await score(backend, [text], [" x", " y", " z"])).get(0))).toHaveLength(3);
  });

  it("is not given more than it takes, unless it may be cut", async () => {
    const long = "the sky is blue ".repeat(30);
    const strict = await openTiny({}, CLASSIFIER);
    expect((await score(strict, [long], choices)).get(0)).toMatchObject({
      kind: "failed",
      error: { message: "the text has 122 tokens, the model takes 48: set the option truncate to cut it" },
    });
    const cutting = await openTiny({ truncate: true }, CLASSIFIER);
    const cut = done((await score(cutting, [long], choices)).get(0));
    const kept = done((await score(cutting, ["the sky is blue ".repeat(11) + "the sky"], choices)).get(0));
    expect(cut.map(({ logprob }) => logprob)).toEqual(kept.map(({ logprob }) => logprob));
  });

  it("is run by a task of the kind classify", async () => {
    const suite = `suite: classes
version: 1
tasks:
  - task: mood
    kind: classify
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ mood }}"
    choices: [bad, good, neutral]
    judges: [accuracy]
models:
  - { model: tiny, backend: onnx, checkpoints: classifier }
`;
    await using project = await makeProject({ suite });
    await cp(CLASSIFIER, join(project.folder, "classifier"), { recursive: true });
    const rows = texts.map((text, i) => {
      const row = labels.rows[text] ?? [];
      return { id: `t${i}`, text, mood: labels.labels[row.indexOf(Math.max(...row))] };
    });
    await project.write("data.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const { code, stdout } = await project.run("run", "suite.yaml", "--json");
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as { checkpoints: { scores: Record<string, { value: number; n: number }> }[] };
    expect(document.checkpoints[0]?.scores["mood/accuracy"]).toMatchObject({ value: 100, n: 4 });
  });
});

describe("an exported encoder with a decoder", () => {
  const texts = Object.keys(translations.texts);

  it("writes and scores what transformers does, whatever shares the batch", async () => {
    const backend = await openTiny({}, SEQ2SEQ);
    const options = { ...GREEDY, maxTokens: 6 };
    const written = await generate(backend, texts, { options });
    expect(written.map(({ text }) => text)).toEqual(texts.map((text) => translations.texts[text]));
    for (const { logprobs, tokens } of written) expect(logprobs).toHaveLength(tokens?.completion ?? 0);
    const [alone] = await generate(backend, [texts[2] ?? ""], { options });
    expect(alone?.text).toBe(written[2]?.text);
    const found = await score(backend, texts, [" good film"]);
    for (const [index, text] of texts.entries()) {
      expect(done(found.get(index))[0]?.logprob, text).toBeCloseTo(translations.scores[text] ?? NaN, 3);
    }
  });

  it("scores its own greedy answer as the one it would give", async () => {
    const backend = await openTiny({}, SEQ2SEQ);
    const [text = ""] = texts;
    const [answer] = await generate(backend, [text], { options: { ...GREEDY, maxTokens: 1 } });
    const continuations = [answer?.text ?? "", "good"];
    const [own, other] = done((await score(backend, [text], continuations)).get(0));
    expect(own?.logprob).toBeCloseTo(answer?.logprobs?.[0] ?? NaN, 4);
    expect([own?.greedy, other?.greedy]).toEqual([true, false]);
  });

  it("samples by the row's own seed", async () => {
    const backend = await openTiny({}, SEQ2SEQ);
    const options = { ...GREEDY, maxTokens: 6, temperature: 50 };
    const three = await generate(backend, [texts[0] ?? "", texts[0] ?? "", texts[0] ?? ""], { options, seed: 4 });
    expect(new Set(three.map(({ text }) => text)).size).toBeGreaterThan(1);
    expect(await generate(backend, [texts[0] ?? ""], { options, seed: 4 })).toMatchObject([{ text: three[0]?.text }]);
  });

  it("says what is missing where one half is, and how to export it", async () => {
    const path = await changed(SEQ2SEQ, () => undefined);
    await rm(join(path, "onnx/decoder_model.onnx"));
    await expect(openTiny({}, path)).rejects.toMatchObject({
      code: "E_CHECKPOINT",
      message: expect.stringContaining("has no decoder_model.onnx beside it"),
      hint: expect.stringContaining("--no-post-process"),
    });
  });
});

describe("the device", () => {
  it("is the CPU where no other's libraries are installed, and an error where another is asked for", async () => {
    expect(canUse(runtime, "cpu")).toBe(true);
    const hasCuda = canUse(runtime, "cuda");
    expect(chooseDevice(runtime, "auto")).toBe(hasCuda ? "cuda" : "cpu");
    expect(chooseDevice(runtime, "cpu")).toBe("cpu");
    const elsewhere = process.platform === "darwin" ? "dml" : "coreml";
    await expect(openTiny({ device: elsewhere }, CLASSIFIER)).rejects.toMatchObject({
      code: "E_BACKEND",
      message: `onnxruntime-node has no libraries for the device "${elsewhere}" here`,
    });
  });
});
