import { defineConfig } from "vitest/config";

// oxlint-disable-next-line import/no-default-export -- vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ["test/real/**/*.real.ts"],
    globalSetup: [
      "test/fixtures/temporary-folder.ts",
      "scripts/bundle-client.ts",
      "scripts/bundle-tui.ts",
      "scripts/compile-suite-check.ts",
    ],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Each starts servers and processes of its own that take all cores.
    fileParallelism: false,
    env: { NO_COLOR: "1" },
  },
});
