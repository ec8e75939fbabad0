#!/bin/bash
# A day's deltas of real size, from a mirror: as patches they take half of their bytes.
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
expect_text 'wrote 2 filters and 1 patches' "$out"
run_sync 0
publish 4
expect_text 'wrote 3 filters and 3 patches' "$out"
wire_clear
run_sync 0
plain=$(cd "$real" && cat "${filters[@]:2:3}" | wc -c)
[[ $(wire_count '/patches/.* 200 ') == 3 && $(wire_count '/2026') == 0 ]] || fail "asked: $(<"$wire")"
echo "three deltas of $plain bytes took $(wire_bytes) bytes on the wire"
(($(wire_bytes) <= plain / 2)) || fail 'more than half'
run_sync 0 verify
