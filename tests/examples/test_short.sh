#!/usr/bin/env bash
# No file of an example has 60 lines or more: what is to be learned from is short. (examples/lib and
# the quickstart are no such files.)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../examples"

files=0
while IFS= read -r file; do
  lines=$(wc -l <"$file")
  ((lines < 60)) || { echo "FAILED: examples/$file has $lines lines" >&2; exit 1; }
  ((++files))
done < <(find . -mindepth 2 -type f ! -path './lib/*' ! -path '*/.*' ! -path '*/__pycache__/*')
((files > 0)) || { echo 'FAILED: no example was found' >&2; exit 1; }
echo "$files files, none of 60 lines or more"
