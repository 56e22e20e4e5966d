#!/usr/bin/env bash
# Builds charts.js and LICENSES.txt from the versions that package-lock.json pins: `build.sh` renews the files here,
# `build.sh --check` only compares. Needs Node.js with npm. Works in target/charts, so that no package lies in the source tree.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$here/../../../../target/charts
mkdir -p "$work/out"
cp "$here"/{package.json,package-lock.json,entry.js,build.mjs} "$work/"
cd "$work"
# esbuild brings its program as a package of its own, so no install script has to run.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
node build.mjs out/charts.js
if [ "${1:-}" = --check ]; then
  diff -q out/charts.js "$here/charts.js"
  diff -q out/LICENSES.txt "$here/LICENSES.txt"
  echo 'charts.js is what package-lock.json builds'
else
  cp out/charts.js out/LICENSES.txt "$here/"
fi
