import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { scratch } from "../dataset/scratch.ts";
import { change, files, problemOf, problemsOf, valid } from "./small-suite.ts";

describe("item 13: paths of a suite", () => {
  const outside = scratch.bind(null, { "secret.jsonl": '{"q": "1", "a": "2"}\n', "ckpt/config.json": "{}" });
  const message = /leads out of the suite's folder/;

  it.each(["../secret.jsonl", "ckpt/../../secret.jsonl", "/etc/passwd", ".."])("may not be %s", async (path) => {
    expect(await problemOf(change("dataset: data.jsonl", `dataset: ${path}`))).toMatch(message);
  });

  it("may not lead out through symbolic links, of files, folders or shards", async () => {
    const elsewhere = outside();
    const folder = scratch(files);
    symlinkSync(join(elsewhere, "secret.jsonl"), join(folder, "link.jsonl"));
    symlinkSync(elsewhere, join(folder, "linked"));
    mkdirSync(join(folder, "shards"));
    symlinkSync(join(elsewhere, "secret.jsonl"), join(folder, "shards/a.jsonl"));
    for (const path of ["link.jsonl", "linked/secret.jsonl", "shards", "shards/*.jsonl", "linked/missing.jsonl"]) {
      expect(await problemOf(change("dataset: data.jsonl", `dataset: ${path}`), { folder })).toMatch(message);
    }
    expect(await problemOf(change("checkpoints: ckpt", "checkpoints: linked/ckpt"), { folder })).toMatch(message);
    expect(
      await problemsOf(change("checkpoints: ckpt", "checkpoints: linked/ckpt"), { folder, allowOutside: true }),
    ).toEqual([]);
  });

  it("may go through links that stay inside, and through a link to the suite's folder", async () => {
    const folder = scratch(files);
    symlinkSync("data.jsonl", join(folder, "latest.jsonl"));
    expect(await problemsOf(change("dataset: data.jsonl", "dataset: latest.jsonl"), { folder })).toEqual([]);
    const link = join(scratch(), "link");
    symlinkSync(folder, link);
    expect(await problemsOf(valid, { folder: link })).toEqual([]);
  });

  it("may lead anywhere if that is allowed", async () => {
    const path = join(outside(), "secret.jsonl");
    expect(
      await problemsOf(change("dataset: data.jsonl", `dataset: ${path}`).replace("slices: [level]", ""), {
        allowOutside: true,
      }),
    ).toEqual([]);
  });

  it.each(["'%2e%2e/secret.jsonl'", "..\\secret.jsonl", "'a\\0b'", '"a\\0b"'])(
    "never mean a file outside by %s",
    async (path) => {
      expect(await problemOf(change("dataset: data.jsonl", `dataset: ${path}`))).toMatch(/names no dataset|leads out/);
    },
  );
});
