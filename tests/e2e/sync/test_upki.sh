#!/bin/bash
# crlite-mirror's folder serves upki's client as well.
source "$(dirname "$0")/signed.sh"
rs_start
full=$folder/20261101-0-default.filter delta=$folder/20261101-1-default.filter.delta
upki() { /usr/bin/python3 "$(dirname "$0")/upki_client.py" "$mirror" "$work/cache"; }
update_mirror() {
  "$crlite_mirror" "${rs[@]}" --state "$work/mirror-state" --output "$mirror_tree" \
    >"$work/log" 2>&1 || fail "crlite-mirror: $(<"$work/log")"
}
# answers OUTCOME: what the client's copy says, as crlite reads a upki cache.
answers() {
  rm -rf "$state"
  run_sync 0 --source "dir:$work/cache"
  expect_answer "$1"
}

vectors=$root/../shared/vectors
if [[ -d $vectors ]]; then
  echo '- the client makes the index.bin that upki makes'
  /usr/bin/python3 - "$(dirname "$0")" "$vectors" <<'END'
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import upki_client
vectors = pathlib.Path(sys.argv[2])
names = sorted(path.name for path in (vectors / "crlite-firefox").glob("*filter*"))
wanted = (vectors / "crlite-derived/index.bin").read_bytes()
assert upki_client.index(vectors / "crlite-firefox", names) == wanted
END
fi

add_filter "${full##*/}" good 3000
add_filter "${delta##*/}" revoked
rs_publish --filter "$full:full"
update_mirror
[[ $(upki) == 1 ]] || fail 'not one filter'
answers NotRevoked
rs_publish --filter "$full:full" --filter "$delta:delta"
update_mirror
[[ $(upki) == 2 ]] || fail 'not two filters'
answers Revoked
# Compact, as upki's own mirror writes it.
[[ $(<"$mirror_tree/manifest.json") != *[[:space:]]\"* ]] || fail 'spaces in manifest.json'
