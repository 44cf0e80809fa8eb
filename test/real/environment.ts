import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";

/** Python environments, each made from test/real/requirements-<name>.txt by scripts/test-backends.ts. */
type EnvironmentName = "gguf" | "labelstudio" | "ml" | "triton";

const ENVIRONMENTS = process.env["EVALH_TEST_VENVS"] ?? join(import.meta.dirname, "../../.venv");

/** Says what cannot be tested here, why, and what would make it run: at once, and again after all tests. */
export function skipAloud(piece: string, reason: string, remedy: string): void {
  const line = `SKIPPED ${piece}: ${reason}; to run it: ${remedy}`;
  process.stderr.write(`${line}\n`);
  const log = process.env["EVALH_SKIP_LOG"];
  if (log !== undefined) appendFileSync(log, `${line}\n`);
}

/** Absolute path of the environment's Python; null where there is none, which is said aloud. */
export function pythonOf(name: EnvironmentName): string | null {
  const python = join(ENVIRONMENTS, name, "bin", "python");
  if (existsSync(python)) return python;
  skipAloud(`what needs the environment ${name}`, `there is no ${python}`, "npm run test:backends");
  return null;
}
