#!/usr/bin/env bash
# Makes a small report from rendered scenes and opens it in a browser: run.sh AUIF
# Exit code 77 (skipped) where node, the browser or gnuplot is absent.
set -euo pipefail
auif=$1
here=$(cd "$(dirname "$0")" && pwd)
for program in node chromium gnuplot; do
  if ! command -v "$program" >/dev/null; then
    echo "skipped: $program is absent; scripts/install-deps.sh report installs it"
    exit 77
  fi
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$auif" scene -o "$folder/data/street" --size 320x256 --frames 16 >/dev/null 2>&1
for split in train validation test; do
  echo "{\"name\": \"street-$split\", \"split\": \"$split\", \"ir\": \"street/ir\", \"vis\": \"street/vis\"}" \
    >"$folder/$split.json"
done
"$auif" experiment all --data "$folder/data" -o "$folder/out" --quiet --runs 2 --layers-max 2 \
  --epochs 2 --datasets "$folder/train.json" "$folder/validation.json" "$folder/test.json"
node "$here/report_test.mjs" "$folder/out/report.html" "${AUIF_SCREENSHOTS:-}"
