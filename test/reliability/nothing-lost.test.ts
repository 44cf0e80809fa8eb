import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { encodeLine } from "../../src/run/store/checked-line.ts";
import { readAnswers, tallyOf } from "./campaign/answers.ts";
import { damageCampaign } from "./campaign/damage.ts";
import { fileFaultCampaign } from "./campaign/file-faults.ts";
import { killCampaign } from "./campaign/kills.ts";
import { responseCampaign } from "./campaign/responses.ts";
import { attempt, makeToy, startToy } from "./campaign/toy-run.ts";

const NONE = { lost: 0, twice: 0, altered: 0 };

// The full numbers are `npm run test:reliability`; what it found last is bench/results/reliability.json.
describe("nothing is lost", { timeout: 300_000 }, () => {
  it("item 1: kill -9 at random points: every sample exactly once, equal to an undisturbed run's", async () => {
    const result = await killCampaign({ kills: 16, rows: 120, seed: Date.now() % 2 ** 32 });
    expect(result).toMatchObject({ ...NONE, kills: 16, acknowledgedLost: 0, answers: result.runs * 480 });
    expect(result.acknowledged).toBeGreaterThan(0);
  });

  it("item 2: the store cut at 1,400 offsets and with 600 bits flipped: found, done again, nothing else touched", async () => {
    const result = await damageCampaign({ cuts: 1_400, flips: 600, samples: 40, seed: 2 });
    expect(result).toEqual({ ...NONE, cuts: 1_400, flips: 600, touched: 0, answers: 2_000 * 40 });
  });

  it("item 3: a file system that fails at random points: a clear error each time, what was acknowledged stays", async () => {
    const result = await fileFaultCampaign({ runs: 60, samples: 80, seed: 3 });
    expect(result).toMatchObject({ ...NONE, acknowledgedLost: 0, unclear: [], answers: 60 * 80 });
    for (const kind of ["ENOSPC", "EIO", "EMFILE", "SHORT"]) expect(result.injected[kind]).toBeGreaterThan(0);
  });

  it("item 5: a server that fails in ten ways: every sample ends with its answer or a recorded failure", async () => {
    const result = await responseCampaign({ samples: 250, seed: 5 });
    expect(result).toMatchObject({ ...NONE, answers: 250, unaccounted: 0 });
    expect(Object.keys(result.faults).length).toBeGreaterThan(5);
  });
});

describe("what counts the losses", () => {
  it("finds planted ones: an answer deleted, one altered, one stored twice", async () => {
    await using toy = await makeToy(20);
    const run = await startToy(toy);
    await attempt(run);
    const expected = await readAnswers(run.folder);
    const [name = ""] = await readdir(join(run.folder, "samples"));
    const shard = join(run.folder, "samples", name);
    const lines = (await readFile(shard, "utf8")).trimEnd().split("\n");
    const planted = JSON.parse(lines[4] ?? "") as Record<string, unknown>;
    const { crc: _crc, ...altered } = planted;
    await writeFile(shard, `${lines.toSpliced(3, 2).join("\n")}\n${encodeLine({ ...altered, output: "another" })}`);
    await appendFile(shard, `${lines[0]}\n`);
    expect(tallyOf(expected, await readAnswers(run.folder))).toEqual({ answers: 19, lost: 1, twice: 1, altered: 1 });
  });
});
