#!/usr/bin/env node
import { spawn } from "node:child_process";
// As a whole: a name that an old Node does not export would keep this file from loading.
import module from "node:module";

const OLDEST = { major: 22, minor: 19 };

/** This file alone must load on any Node of the last years: it finds a newer one, or says that there is none. */
function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
}

/** The Node that the npm package "node" carries, where it is installed beside evalh. */
function bundledNode(): string | null {
  try {
    const require = module.createRequire(import.meta.url);
    return require.resolve("node/bin/node");
  } catch {
    return null;
  }
}

function runWith(node: string): void {
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
  });
}

/** Whoever reads our output may leave (`| head`, a closed terminal): a run goes on and ends in an orderly way. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    });
  }
}

async function main(): Promise<void> {
  if (isTooOld(process.versions.node)) {
    const node = bundledNode();
    if (node !== null) return runWith(node);
    process.stderr.write(
      `error: evalh needs Node ${OLDEST.major}.${OLDEST.minor} or newer; this is Node ${process.versions.node}\n` +
        "hint: install a current Node, or `npm install node@24` beside evalh, which then uses it\n",
    );
    process.exitCode = 2;
    return;
  }
  module.enableCompileCache();
  outliveReaders();
  const [{ keepNurserySmall }, { runCli }] = await Promise.all([import("./heap.ts"), import("./program.ts")]);
  keepNurserySmall();
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    // After the second signal nothing is waited for.
    exitNow: (code) => process.exit(code),
  });
}

await main();
