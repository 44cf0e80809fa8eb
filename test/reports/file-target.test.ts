import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import { writeGuarded } from "../../reports/file-target.ts";
import { reportNames, reports } from "../../reports/index.ts";
import { comparison, samples } from "./fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "evalh-reports-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** All but those that write a folder. */
const fileReports = reportNames.filter((name) => name !== "inspect");

describe("item 13: writing a report", () => {
  test.each(fileReports)("%s writes a file, and again over its own", async (name) => {
    const report = await reports[name]();
    const path = join(folder, `again-${name}.${report.extension}`);
    const first = await report.write(comparison, samples, { path });
    const second = await report.write(comparison, samples, { path });
    expect(second).toEqual(first);
    expect(readFileSync(path).length).toBe(first.bytes);
  });

  test("inspect writes a folder, again over its own, and leaves a foreign file alone", async () => {
    const inspect = await reports.inspect();
    const path = join(folder, "again.logs");
    const first = await inspect.write(comparison, samples, { path });
    expect(await inspect.write(comparison, samples, { path })).toEqual(first);
    const sizes = readdirSync(path).map((name) => readFileSync(join(path, name)).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(first.bytes);
    const foreign = join(folder, "foreign.logs");
    writeFileSync(foreign, "my thesis");
    await expect(inspect.write(comparison, samples, { path: foreign, force: true })).rejects.toMatchObject({
      code: "E_USAGE",
    });
    expect(readFileSync(foreign, "utf8")).toBe("my thesis");
  });

  test.each(fileReports)("%s leaves a foreign file alone unless forced", async (name) => {
    const report = await reports[name]();
    const path = join(folder, `foreign-${name}.${report.extension}`);
    writeFileSync(path, "my thesis");
    await expect(report.write(comparison, samples, { path })).rejects.toMatchObject({ code: "E_USAGE" });
    expect(readFileSync(path, "utf8")).toBe("my thesis");
    await report.write(comparison, samples, { path, force: true });
    expect(readFileSync(path, "utf8")).not.toBe("my thesis");
  });

  test("an empty file is foreign too", async () => {
    const path = join(folder, "empty.json");
    writeFileSync(path, "");
    await expect((await reports.json()).write(comparison, samples, { path })).rejects.toThrow(/left alone/u);
  });

  test("a failure half-way leaves the old file and no other", async () => {
    const path = join(folder, "half", "report.txt");
    const target = { path: join(folder, "half.txt"), force: false, mark: /^old/u };
    writeFileSync(target.path, "old content");
    const failing = writeGuarded(target, async (append) => {
      await append("new");
      throw new Error("the source broke");
    });
    await expect(failing).rejects.toThrow("the source broke");
    expect(readFileSync(target.path, "utf8")).toBe("old content");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await expect(writeGuarded({ ...target, path }, () => Promise.resolve())).rejects.toMatchObject({
      code: "E_USAGE",
      hint: expect.stringContaining("folder") as string,
    });
  });

  test("a symbolic link is replaced, what it points at is left", async () => {
    const precious = join(folder, "precious.json");
    const link = join(folder, "link.json");
    const json = await reports.json();
    await json.write(comparison, samples, { path: precious });
    const before = readFileSync(precious, "utf8");
    symlinkSync(precious, link);
    await json.write({ ...comparison, alpha: 0.01 }, samples, { path: link });
    expect(readFileSync(precious, "utf8")).toBe(before);
    expect(readFileSync(link, "utf8")).toContain('"alpha": 0.01');
  });
});
