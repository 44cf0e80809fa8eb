import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

/** Stay outside the bundle, where Node imports them itself. */
const EXTERNAL = new Set(["onnxruntime-node", "node-llama-cpp"]);

interface Import {
  readonly file: string;
  readonly name: string;
}

function dynamicImports(): Import[] {
  return ["src", "judges", "reports", "gpu"].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((file) => /(?<!\.d)\.tsx?$/u.test(file))
      .flatMap((file) => {
        const found = readFileSync(join(root, file), "utf8").matchAll(/await import\("((?:@[^/"]+\/)?[^./"@:]+)/gu);
        return [...found].map(([, name = ""]) => ({ file: join(root, file), name }));
      }),
  );
}

// A bundled CommonJS package that is imported when needed has no names: import it in a module of ours, and that when needed.
it("packages that are loaded when needed are ES modules", () => {
  const imports = dynamicImports().filter(({ name }) => !EXTERNAL.has(name));
  expect(imports.length).toBeGreaterThan(0);
  const commonJs = imports.filter(({ name }) => {
    const manifest = JSON.parse(readFileSync(join("node_modules", name, "package.json"), "utf8")) as { type?: string };
    return manifest.type !== "module";
  });
  expect(commonJs).toEqual([]);
});
