#!/usr/bin/env bash
# Builds the evalh that lies beside this script: what a workflow pins is then what runs.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -f dist/src/cli/main.js ]; then npm ci --no-audit --no-fund; fi
