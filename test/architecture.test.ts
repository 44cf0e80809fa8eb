import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { parseSync } from "oxc-parser";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A room may import from rooms of a lower rank, and from itself; rooms of equal rank never import each other. */
const ranks: Readonly<Record<string, number>> = {
  "src/core": 0,
  "src/stats": 1,
  "src/lexicon": 1,
  "src/dataset": 2,
  "src/perturb": 2,
  judges: 2,
  gpu: 2,
  "src/backend": 2,
  "src/training": 2,
  "src/suite": 3,
  "src/load": 4,
  "src/run": 5,
  "src/executor": 5,
  "src/human": 6,
  "src/compare": 7,
  reports: 8,
  "src/tui": 9,
  "src/cli": 10,
  // The library: a door, not a room.
  "src/index.ts": 10,
};

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  /** Imported modules as paths below the root, or package names. */
  readonly imports: readonly string[];
}

function roomOf(path: string): string {
  const room = Object.keys(ranks).find((name) => path === name || path.startsWith(`${name}/`));
  if (room === undefined) throw new Error(`${path} lies in no room of the architecture`);
  return room;
}

function parseFile(path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  const { module } = parseSync(path, text);
  const specifiers = [
    ...module.staticImports.map((each) => each.moduleRequest.value),
    ...module.staticExports.flatMap((each) => each.entries.map((entry) => entry.moduleRequest?.value)),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
      text.slice(start, end).replaceAll(/^["'`]|["'`]$/g, ""),
    ),
  ];
  const imports = specifiers
    .filter((each): each is string => each !== undefined)
    .map((each) => (each.startsWith(".") ? relative(root, resolve(root, dirname(path), each)) : each));
  return { path, room: roomOf(path), text, imports };
}

function sourceFiles(): SourceFile[] {
  return ["src", "judges", "reports", "gpu"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
      .map((name) => parseFile(join(folder, name))),
  );
}

/** What an import may not do, in words; null where it is right. */
function wrongArrow(file: SourceFile, imported: string): string | null {
  if (!imported.includes("/") || !/\.tsx?$/.test(imported)) return null;
  const target = roomOf(imported);
  if (target === file.room) return null;
  const from = ranks[file.room] ?? 0;
  const to = ranks[target] ?? 0;
  return to < from ? null : `${file.path} imports ${imported}: ${file.room} may not know ${target}`;
}

describe("the architecture", () => {
  const files = sourceFiles();

  it("was looked at whole", () => {
    expect(files.length).toBeGreaterThan(100);
    expect(new Set(files.map((file) => file.room)).size).toBeGreaterThanOrEqual(12);
    const edges = files.flatMap((file) => file.imports.filter((each) => /\.tsx?$/.test(each)));
    expect(edges.length).toBeGreaterThan(300);
  });

  it("finds a planted wrong arrow", () => {
    const planted: SourceFile = { path: "src/core/x.ts", room: "src/core", text: "", imports: ["src/stats/normal.ts"] };
    expect(wrongArrow(planted, "src/stats/normal.ts")).toContain("may not know");
    expect(wrongArrow({ ...planted, room: "judges", path: "judges/x.ts" }, "src/backend/index.ts")).toContain(
      "may not know",
    );
  });

  it("has imports that go one way only", () => {
    expect(
      files.flatMap((file) => file.imports.map((each) => wrongArrow(file, each)).filter((each) => each !== null)),
    ).toEqual([]);
  });

  it("keeps the core free of packages and of Node", () => {
    const core = files.filter((file) => file.room === "src/core");
    expect(core.flatMap((file) => file.imports.filter((each) => !each.startsWith("src/core/")))).toEqual([]);
  });

  it("lets only the command line touch argv, the environment's exit and the console", () => {
    const forbidden = /\bprocess\.(exit|exitCode|argv)\b|(?<![./])\bconsole\.\w+\(/;
    const guilty = files.filter(
      (file) => file.room !== "src/cli" && !file.path.startsWith("reports/html/client/") && forbidden.test(file.text),
    );
    expect(guilty.map((file) => file.path)).toEqual([]);
  });

  it("never lets comparisons and reports call a backend", () => {
    const guilty = files
      .filter((file) => file.room === "src/compare" || file.room === "reports")
      .filter((file) => file.imports.some((each) => each.startsWith("src/backend/")));
    expect(guilty.map((file) => file.path)).toEqual([]);
  });

  it("keeps files short", () => {
    const long = files.filter((file) => !file.path.endsWith(".generated.ts") && file.text.split("\n").length > 301);
    expect(long.map((file) => file.path)).toEqual([]);
  });

  it("has no innerHTML, which would let model output become markup", () => {
    expect(
      files
        .filter((file) => file.text.includes("innerHTML") && file.path.startsWith("reports/html/client/"))
        .map((file) => file.path),
    ).toEqual([]);
  });
});
