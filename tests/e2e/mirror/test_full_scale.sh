#!/bin/bash
# Filters of real size: deltas as patches take half of their bytes; a sync of all takes at most 64 MiB
# of memory, publishing them alone at most 48 MiB.
source "$(dirname "$0")/lib.sh"
real=$root/../shared/vectors/full-scale/revocation
[[ -e $real/manifest.json ]] || skip "no test vectors at $real"
rs_start
client_of "$mirror"
filters=(20261001-0-default.filter 20261002-0-default.filter.delta 20261002-1-default.filter.delta
  20261003-0-default.filter.delta 20261003-1-default.filter.delta)

# publish N: the full filter and N deltas.
publish() {
  local file arguments=(--filter "$real/${filters[0]}:full")
  for file in "${filters[@]:1:$1}"; do arguments+=(--filter "$real/$file:delta"); done
  rs_publish "${arguments[@]}"
  run_mirror 0
}

publish 1
expect_text 'wrote 2 filters and 1 patch file' "$out"
run_sync 0
publish 4
expect_text 'wrote 3 filters and 3 patch files' "$out"
wire_clear
run_sync 0
plain=$(cd "$real" && cat "${filters[@]:2:3}" | wc -c)
[[ $(wire_count '/patches/.* 200 ') == 3 && $(wire_count '/2026') == 0 ]] || fail "asked: $(<"$wire")"
echo "three deltas of $plain bytes took $(wire_bytes) bytes on the wire"
(($(wire_bytes) <= plain / 2)) || fail 'more than half'
run_sync 0 verify

# All of a month at once, on a machine that knows nothing.
month=(--filter "$real/${filters[0]}:full")
for file in "$real"/*.delta; do month+=(--filter "$file:delta"); done
rs_publish "${month[@]}"
run_mirror 0

# peak_of MAX ARGUMENT...: runs crlite-sync, which may hold MAX KiB at its most. Sets peak.
peak_of() {
  local max=$1
  peak=$(/usr/bin/python3 -c 'import os, resource, subprocess, sys
subprocess.run(sys.argv[2:], stdout=open(sys.argv[1], "w"), check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$work/out" \
    "$crlite_sync" --config "$work/config.yaml" --state "$state" "${@:2}")
  grep -qs '^CRLITE_SANITIZE:.*=.' "$build/CMakeCache.txt" || ((peak <= max)) ||
    fail "$peak KiB, more than $max"
}

for source in "remote-settings+$server/v1" "manifest+$mirror"; do
  rm -rf "$state"
  peak_of $((64 * 1024)) --source "$source" --root-sha256 "$pin"
  expect_text ' 61 filters of ' "$(<"$work/out")"
  run_sync 0 verify
  echo "61 filters from $source took $peak KiB of memory"
done

rm -rf "$state"
run_sync 0 fetch
peak_of $((48 * 1024)) publish
expect_text ' 61 filters ' "$(<"$work/out")"
run_sync 0 verify
echo "61 filters took $peak KiB of memory to publish"
