#!/usr/bin/env bash
# Builds the evalh that lies beside this script: what a workflow pins is then what runs.
set -euo pipefail
cd "$(dirname "$0")/.."
# An older Node would fail in the middle of the build, with nothing to understand it by.
node -e '
  const { engines } = JSON.parse(require("node:fs").readFileSync("package.json", "utf8"));
  const [major, minor] = engines.node.replace(/[^0-9.]/g, "").split(".").map(Number);
  const [own, ownMinor] = process.versions.node.split(".").map(Number);
  if (own < major || (own === major && ownMinor < minor)) {
    const text = `evalh needs Node ${engines.node}, this is ${process.version}: set up a newer one in a step before`;
    console.error(process.env.GITHUB_ACTIONS ? `::error title=evalh::${text}` : text);
    process.exit(2);
  }'
if [ ! -f dist/src/cli/main.js ]; then npm ci --no-audit --no-fund; fi
