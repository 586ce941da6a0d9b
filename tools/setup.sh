#!/usr/bin/env bash
# Sets up what Plinth needs beside the .NET SDK and Node.js. Does only what is missing; safe to repeat.
#   tools/setup.sh           for use: the npm packages, bubblewrap and python3 for the sandbox
#   tools/setup.sh --tests   for the tests too: npm packages of the Delta reader and the blob emulator, Chromium and fonts for the page
set -uo pipefail
cd "$(dirname "$0")/.."
say() { printf '%s\n' "$*" >&2; }

for tool in dotnet node npm; do
  command -v "$tool" >/dev/null 2>&1 || { say "setup: '$tool' is not on the PATH. Plinth needs git, the .NET 10 SDK and Node.js 20 or newer."; exit 1; }
done

if [ ! -e node_modules/.plinth ] || ! cmp -s package-lock.json node_modules/.plinth; then
  say "setup: npm packages (the DuckDB engine, the map)"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || { say "setup: 'npm ci' failed; see the lines above."; exit 1; }
  cp package-lock.json node_modules/.plinth
fi

if [ "${1:-}" = "--tests" ] && { [ ! -e tests/browser/node_modules/.plinth ] || ! cmp -s tests/browser/package-lock.json tests/browser/node_modules/.plinth; }; then
  say "setup: npm packages of the browser test"
  (cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 && cp package-lock.json node_modules/.plinth) || { say "setup: 'npm ci' failed in tests/browser; see the lines above."; exit 1; }
fi

# Debian packages: command -> package
missing=() without=()
need() { command -v "$1" >/dev/null 2>&1 || { missing+=("$2"); without+=("$3"); }; }
need bwrap bubblewrap "sandbox runs (plinth refuses to run a submission without isolation)"
[ -x /usr/bin/python3 ] || { missing+=(python3); without+=("Python submissions in the sandbox"); }
[ -e /usr/share/zoneinfo/UTC ] || { missing+=(tzdata); without+=("local times of sources (time zones)"); }
if [ "${1:-}" = "--tests" ]; then
  need chromium chromium "the browser test"
  fc-list 2>/dev/null | grep -qi 'noto.*cjk' || { missing+=(fonts-noto-cjk fontconfig); without+=("Chinese labels in the browser test"); }
fi
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "setup: Debian packages: ${missing[*]}"
    log=$(mktemp)
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 \
      || { say "setup: apt-get could not install ${missing[*]}:"; tail -5 "$log" >&2; }
    rm -f "$log"
  else
    say "setup: not root, so these Debian packages were not installed: ${missing[*]}"
    say "       run:  sudo apt-get install -y --no-install-recommends ${missing[*]}"
    for line in "${without[@]}"; do say "       without it will not work: $line"; done
  fi
fi

if [ "${1:-}" = "--tests" ] && { [ ! -e tests/interop/node_modules/.plinth ] || ! cmp -s tests/interop/package-lock.json tests/interop/node_modules/.plinth; }; then
  say "setup: npm packages of the interoperability test"
  (cd tests/interop && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 && cp package-lock.json node_modules/.plinth) || { say "setup: 'npm ci' failed in tests/interop; see the lines above."; exit 1; }
fi

if [ "${1:-}" = "--tests" ] && { [ ! -e tests/stores/node_modules/.plinth ] || ! cmp -s tests/stores/package-lock.json tests/stores/node_modules/.plinth; }; then
  say "setup: npm packages of the store test (the Azurite emulator)"
  (cd tests/stores && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 && cp package-lock.json node_modules/.plinth) || { say "setup: 'npm ci' failed in tests/stores; see the lines above."; exit 1; }
fi
exit 0
