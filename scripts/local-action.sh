#!/usr/bin/env bash
# Runs the action once through GitHub's own local runner, offline, on an example policy: scripts/local-action.sh CACHE-FOLDER.
set -euo pipefail
cd "$(dirname "$0")/.."
home="$1/local-action"
if [ ! -x "$home/node_modules/.bin/local-action" ]; then
  mkdir -p "$home"
  # A dependency of its linter asks for a version that not every registry has; nothing that runs here uses it.
  echo '{ "private": true, "overrides": { "typedarray.prototype.slice": "1.0.5" } }' >"$home/package.json"
  npm install --prefix "$home" --ignore-scripts --no-audit --no-fund --save-exact @github/local-action@7.0.1
fi
run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
mkdir -p "$run/workspace/.github" "$run/temp"
cp policies/api.yml "$run/workspace/.github/breakeven.yml"
echo '{}' >"$run/event.json"
cat >"$run/.env" <<ENV
INPUT_GITHUB-TOKEN=ghs_test
GITHUB_REPOSITORY=acme/support
GITHUB_EVENT_NAME=workflow_dispatch
GITHUB_EVENT_PATH=$run/event.json
GITHUB_SHA=$(printf 'a%.0s' {1..40})
GITHUB_WORKSPACE=$run/workspace
RUNNER_TEMP=$run/temp
ENV
PATH="$home/node_modules/.bin:$PATH" "$home/node_modules/.bin/local-action" run "$PWD" test/github/local-entry.ts "$run/.env" >"$run/log" 2>&1 ||
  { cat "$run/log"; exit 1; }
grep -q 'gate-status::pass' "$run/log" || { cat "$run/log"; exit 1; }
echo "local-action 7.0.1 ran the action: $(grep -o 'path::[a-z-]*' "$run/log" | head -n 1)"
