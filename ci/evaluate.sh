#!/usr/bin/env bash
# One evaluation in a pipeline: runs the suite, writes the reports that viewers know, and exits as evalh did.
# Everything comes from the environment (action.yml says what); nothing of it is ever read as a program.
set -uo pipefail

main="$(cd "$(dirname "$0")/.." && pwd)/dist/src/cli/main.js"
evalh() { node "${EVALH_MAIN:-$main}" "$@"; }

report="${EVALH_REPORT:-evalh-report}"
runs="$report/runs"
mkdir -p "$runs"
newest() { find "$runs" -mindepth 2 -maxdepth 2 -name run.json | sort | tail -n 1; }
before="$(newest)"

args=(run "${EVALH_SUITE:?which suite?}" --output "$runs" --quiet --no-report)
if [ -n "${EVALH_BASELINE:-}" ]; then args+=(--baseline "$EVALH_BASELINE"); fi
if [ "${EVALH_STRICT:-false}" = true ]; then args+=(--strict); fi
words=()
read -ra words <<<"${EVALH_ARGS:-}"
evalh "${args[@]}" ${words[@]+"${words[@]}"} | tee "$report/console.txt"
code="${PIPESTATUS[0]}"

# A second run of the same pipeline in one folder must not report the first one's results.
run="$(newest)"
if [ -n "$run" ] && [ "$run" != "$before" ]; then
  base=()
  if [ -n "${EVALH_BASELINE:-}" ]; then base=(--baseline "$EVALH_BASELINE"); fi
  write() { evalh report "$(dirname "$run")" --format "$1" --output "$2" --force ${base[@]+"${base[@]}"} >/dev/null; }
  write html "$report/report.html"
  write junit "$report/junit.xml"
  write json "$report/report.json"
  write github-comment "$report/comment.md"
  write gitlab-metrics "$report/metrics.txt"
  if [ -n "${GITHUB_ACTIONS:-}" ]; then
    evalh report "$(dirname "$run")" --format github-annotations --output - ${base[@]+"${base[@]}"}
  fi
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ "${EVALH_SUMMARY:-true}" = true ]; then
    evalh report "$(dirname "$run")" --format github-summary --output - ${base[@]+"${base[@]}"} >>"$GITHUB_STEP_SUMMARY"
  fi
fi

case "$code" in
  0) verdict=pass ;;
  1) verdict=failed ;;
  2) verdict=usage ;;
  4) verdict=inconclusive ;;
  *) verdict=incomplete ;;
esac
if [ -n "${GITHUB_OUTPUT:-}" ]; then printf 'verdict=%s\nreport=%s\n' "$verdict" "${report//$'\n'/}" >>"$GITHUB_OUTPUT"; fi
exit "$code"
