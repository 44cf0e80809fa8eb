import { defineConfig } from "vitest/config";

// oxlint-disable-next-line import/no-default-export -- vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: [
      "test/fixtures/temporary-folder.ts",
      "scripts/bundle-client.ts",
      "scripts/bundle-tui.ts",
      "scripts/compile-suite-check.ts",
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The machine that runs the checks may have two cores; more workers only make timeouts likelier.
    maxWorkers: 2,
    env: { NO_COLOR: "1" },
  },
});
