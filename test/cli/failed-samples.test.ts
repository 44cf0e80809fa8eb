import { expect, it } from "vitest";

import { startScripted } from "../fixtures/servers/scripted.ts";
import { makeProject, SUITE } from "./project.ts";

it("a run whose samples fail says what the first of them failed of", async () => {
  const detail = [{ loc: ["body", "topic"], msg: "Field required\u001b[2J" }];
  await using server = await startScripted(() => ({ do: "answer", status: 422, json: { detail } }));
  const tasks = SUITE.slice(0, SUITE.indexOf("  - task: pick"));
  const suite = `${tasks}models:\n  - { model: m, backend: fastapi, url: "${server.origin}" }\n`;
  await using project = await makeProject({ suite, rows: 3 });
  const { code, stderr } = await project.run("run", "suite.yaml", "--no-report");
  expect(code).toBe(3);
  expect(stderr).toContain("error: 3 samples ended in an error; they lower n, not the scores\n the first: ");
  expect(stderr).toMatch(/the first: .*HTTP 422.*Field required/u);
  // A server's words cannot move the cursor.
  expect(stderr).not.toContain("\u001b[2J");
});
