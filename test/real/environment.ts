import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";

/** Python environments, each made from test/real/requirements-<name>.txt by scripts/test-backends.ts. */
type EnvironmentName = "gguf" | "interop" | "labelstudio" | "langserve" | "llamacpp" | "ml" | "triton" | "vllm";

/** EVALH_TEST_VENVS comes first: it may lack some, which then lie where the test command makes them. */
const PLACES = [process.env["EVALH_TEST_VENVS"], join(import.meta.dirname, "../../.venv")].filter(
  (place) => place !== undefined,
);

/** Says what cannot be tested here, why, and what would make it run: at once, and again after all tests. */
export function skipAloud(piece: string, reason: string, remedy: string): void {
  const line = `SKIPPED ${piece}: ${reason}; to run it: ${remedy}`;
  process.stderr.write(`${line}\n`);
  const log = process.env["EVALH_SKIP_LOG"];
  if (log !== undefined) appendFileSync(log, `${line}\n`);
}

function find(name: string, inside: string, piece: string, remedy = "npm run test:backends"): string | null {
  const found = PLACES.map((place) => join(place, name, inside)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  skipAloud(piece, `no ${name}/${inside} below ${PLACES.join(" or ")}`, remedy);
  return null;
}

/** Absolute path of the environment's Python; null where there is none, which is said aloud. */
export function pythonOf(name: EnvironmentName): string | null {
  const remedy = name === "vllm" ? "npm run test:backends -- --only vllm (6 GB)" : undefined;
  return find(name, "bin/python", `what needs the environment ${name}`, remedy);
}

/** Absolute path of a node_modules folder with the packages of optional-packages.json; null where there is none. */
export function optionalPackages(): string | null {
  return find("node", "node_modules", "what needs optional npm packages");
}
