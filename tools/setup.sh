#!/usr/bin/env bash
# Sets up what Plinth needs beside the .NET SDK and Node.js. Does only what is missing; safe to repeat.
#   tools/setup.sh           for use: the npm packages, bubblewrap and python3 for the sandbox
#   tools/setup.sh --onnx    also the library for submissions of kind onnx (30 MB kept of 200 MB fetched)
#   tools/setup.sh --tests   for the tests too: npm packages of the Delta reader, the tile reader and the blob emulator, Chromium and fonts for the page, GDAL
set -uo pipefail
cd "$(dirname "$0")/.."
say() { printf '%s\n' "$*" >&2; }

for tool in dotnet node npm; do
  command -v "$tool" >/dev/null 2>&1 || { say "setup: '$tool' is not on the PATH. Plinth needs git, the .NET 10 SDK and Node.js 20 or newer."; exit 1; }
done

# npm packages of a folder, unless those of its lock file are there already
npm_packages() {
  [ -e "$1/node_modules/.plinth" ] && cmp -s "$1/package-lock.json" "$1/node_modules/.plinth" && return
  say "setup: npm packages: $2"
  (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 && cp package-lock.json node_modules/.plinth) \
    || { say "setup: 'npm ci' failed in $1; see the lines above."; exit 1; }
}
npm_packages . "the DuckDB engine, the map"
if [ "${1:-}" = "--tests" ] || [ "${1:-}" = "--onnx" ]; then
  npm_packages sandbox/onnx "the library for ONNX models in the sandbox"
  # of the package only the library of Linux is used
  find sandbox/onnx/node_modules/onnxruntime-node/bin -type f ! -path '*/linux/*/libonnxruntime.so.1' -delete
fi
if [ "${1:-}" = "--tests" ]; then
  npm_packages tests/browser "the browser test"
  npm_packages tests/interop "the interoperability test"
  npm_packages tests/stores "the store tests (Azurite)"
fi

# Debian packages: command -> package
missing=() without=()
need() { command -v "$1" >/dev/null 2>&1 || { missing+=("$2"); without+=("$3"); }; }
need bwrap bubblewrap "sandbox runs (plinth refuses to run a submission without isolation)"
[ -x /usr/bin/python3 ] || { missing+=(python3); without+=("Python submissions in the sandbox"); }
[ -e /usr/share/zoneinfo/UTC ] || { missing+=(tzdata); without+=("local times of sources (time zones)"); }
if [ "${1:-}" = "--tests" ]; then
  need runsc runsc "gVisor, the sandbox's second back end (its tests are skipped)"
  [ -d /usr/lib/python3/dist-packages/pandas ] || { missing+=(python3-numpy python3-pandas); without+=("the sandbox's runtime image with numpy and pandas (its tests are skipped)"); }
  need chromium chromium "the browser test"
  ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || { missing+=(postgresql-15-postgis-3); without+=("the comparison of spatial SQL with PostGIS"); }
  need osmium osmium-tool "the comparison of OpenStreetMap extracts with osmium's reading"
  need gdalinfo gdal-bin "the check of raster readers, tiles and exports against GDAL"
  [ -d /usr/lib/python3/dist-packages/sklearn ] || { missing+=(python3-sklearn); without+=("comparing the sandbox's metrics with scikit-learn"); }
  [ -d /usr/lib/python3/dist-packages/shapely ] || { missing+=(python3-shapely); without+=("comparing overlaps of polygons with shapely"); }
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
exit 0
