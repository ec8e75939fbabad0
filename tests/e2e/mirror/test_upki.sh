#!/bin/bash
# upki's clients (upki_client.py) with what crlite-mirror publishes.
source "$(dirname "$0")/lib.sh"
vectors=$root/../shared/vectors
rs_start
full=$folder/20261101-0-default.filter delta=$folder/20261101-1-default.filter.delta
add_filter "${full##*/}" good
add_filter "${delta##*/}" revoked

# expect_index LINE...: what index.bin says: one log, of make_clubcard.
expect_index() {
  upki_client show "$upki" >"$work/index"
  diff "$work/index" <(for name; do echo "$(repeat 22) $name 0 $((1 << 62))"; done) || fail 'index.bin'
}

echo '- first fetch'
rs_publish --filter "$full:full"
run_mirror 0
upki_client fetch "$mirror" "$upki"
cmp "$upki/${full##*/}" "$full"
expect_index "${full##*/}"

echo '- only the delta is fetched'
rs_publish --filter "$full:full" --filter "$delta:delta"
run_mirror 0
wire_clear
upki_client fetch "$mirror" "$upki"
[[ $(wire_count) == 2 && $(wire_count "${delta##*/} 200 ") == 1 ]] || fail "asked: $(<"$wire")"
expect_index "${full##*/}" "${delta##*/}"

echo '- a new full filter; what is superseded goes one fetch later'
add_filter 20261115-0-default.filter good
rs_publish --filter "$folder/20261115-0-default.filter:full"
run_mirror 0
upki_client fetch "$mirror" "$upki"
expect_index 20261115-0-default.filter
[[ -e $upki/${delta##*/} ]] || fail 'deleted too early'
upki_client fetch "$mirror" "$upki"
[[ ! -e $upki/${delta##*/} && ! -e $upki/${full##*/} ]] || fail 'stale files stay'

echo '- crlite-sync takes what a upki client has fetched, if it is told to'
run_sync 0 --source "dir:$work/upki"
expect_answer NotRevoked

echo "- Firefox's filters, and index.bin byte for byte"
if [[ -e $vectors/crlite-derived/index.bin ]]; then
  rs_publish --filter "$vectors/crlite-firefox/20201017-0-filter:full" \
    --filter "$vectors/crlite-firefox/20201017-1-filter.delta:delta" \
    --filter "$vectors/crlite-firefox/20201201-3-filter.delta:delta"
  run_mirror 0
  upki_client fetch "$mirror" "$work/firefox/revocation"
  cmp "$work/firefox/revocation/index.bin" "$vectors/crlite-derived/index.bin"
else
  echo "  skipped: no test vectors at $vectors"
fi
