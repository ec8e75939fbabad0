#!/bin/bash
# crlite-sync export --upki: the cache that upki's clients read, from the data in force.
source "$(dirname "$0")/lib.sh"
vectors=$root/../shared/vectors
cache=$work/cache
inner=$cache/revocation
upki_client() { /usr/bin/python3 "$root/tests/e2e/mirror/upki_client.py" "$@"; }

# publish_folder: what is in $folder comes in force.
publish_folder() { run_sync 0 --source "dir:$folder"; }

# expect_cache NAME...: the cache is whole, and its index names these filters, which cover one log each.
expect_cache() {
  upki_client verify "$inner" || fail 'the cache is not whole'
  upki_client show "$inner" >"$work/index"
  diff "$work/index" <(for name; do echo "$(repeat 22) $name 0 $((1 << 62))"; done) || fail 'index.bin'
}

# expect_filters NAME...: these are there, whoever names them.
expect_filters() {
  local found
  found=$(find "$inner" -type f -name '*filter*' -printf '%f\n' | LC_ALL=C sort | tr '\n' ' ')
  [[ $found == "$* " ]] || fail "the cache holds $found"
}

echo '- nothing to export, and wrong words'
run_sync 1 export --upki "$cache"
expect_text 'nothing was published yet' "$err"
for words in '' "$cache --upki $cache" --upki '--upki a b'; do
  # shellcheck disable=SC2086  # words
  run_sync 64 export $words
done
run_sync 64 export --upki ''
[[ ! -e $cache ]] || fail 'something was written'

echo '- from unsigned data, and it says so'
add_filter 1-filter good
add_filter 2.filter.delta good
touch -d "@$now" "$folder"/*
publish_folder
run_sync 0 export --upki "$cache" --dry-run
expect_text "would hold 2 filters" "$out"
[[ ! -e $cache ]] || fail 'a dry run wrote something'
(umask 0077 && run_sync 0 export --upki "$cache" && cp "$work/out" "$work/first")
expect_text "export: $cache: 2 filters of $(date -u -d "@$now" +%FT%TZ), " "$(<"$work/first")"
expect_text "from dir:$folder, not signed; wrote 2 filters, removed 0" "$(<"$work/first")"
expect_cache 1-filter 2.filter.delta
cmp "$inner/1-filter" "$folder/1-filter"
[[ -z $(find "$cache" ! -name .crlite-sync.lock ! -perm -444 -o -type d ! -perm -555) ]] ||
  fail 'not readable by all'
expect_text "\"comment\":\"written by crlite-sync, from dir:$folder, not signed\"" "$(<"$inner/manifest.json")"
expect_text "\"generated_at\":$now" "$(<"$inner/manifest.json")"

echo '- crlite-sync reads it back'
for place in "$cache" "$inner"; do
  state=$work/elsewhere snapshot=$work/elsewhere/snapshot
  run_sync 0 --source "dir:$place"
  expect_text "2 filters" "$out"
  expect_answer NotRevoked
  rm -r "$state"
done
state=$work/state snapshot=$work/state/snapshot

echo '- again: nothing is touched'
before=$(find "$inner" -type f ! -name '.*' -printf '%P %i %T@\n' | sort)
run_sync 0 export --upki "$cache" --json
[[ $(find "$inner" -type f ! -name '.*' -printf '%P %i %T@\n' | sort) == "$before" ]] || fail 'touched'
/usr/bin/python3 - "$work/out" "$cache" "$folder" <<'END' || fail "--json: $out"
import json, sys
document = json.load(open(sys.argv[1]))
assert document["schema"] == 1 and document["exit_status"] == 0 and document["warnings"] == []
assert document["export"]["upki"] == sys.argv[2]
assert document["export"]["source"] == "dir:" + sys.argv[3]
assert document["export"]["is_signed"] is False
assert document["export"]["filters"] == 2 and document["export"]["filters_written"] == 0
END

echo '- what is stale goes one export later, and nothing else'
rm "$folder"/*
add_filter 3.filter revoked
touch -d "@$((now + 1))" "$folder"/*
echo mine | tee "$inner/mine.txt" >"$inner/unknown.delta"
publish_folder
run_sync 0 export --upki "$cache"
expect_text 'wrote 1 filter, removed 1' "$out"
[[ ! -e $inner/unknown.delta ]] || fail 'a filter that no manifest names stays'
expect_filters 1-filter 2.filter.delta 3.filter
expect_cache 3.filter
run_sync 0 export --upki "$cache"
expect_text 'wrote 0 filters, removed 2' "$out"
expect_filters 3.filter
[[ $(<"$inner/mine.txt") == mine ]] || fail 'somebody elses file is gone'

echo '- where it cannot write'
run_sync 74 export --upki "$work/a/b"
expect_text "$work/a/b: cannot create the directory: No such file or directory; create the directory" "$err"
run_sync 74 export --upki "$folder/3.filter"
expect_text "$folder/3.filter: not a directory" "$err"
chmod 0555 "$inner"
unwritten=("$crlite_sync" --config "$work/config.yaml" --state "$state" export --upki "$cache")
rm -f "$inner/.crlite-sync.lock"
# Root must not be above the mode.
((EUID != 0)) || unwritten=(setpriv --bounding-set=-dac_override --inh-caps=-dac_override "${unwritten[@]}")
status=0
"${unwritten[@]}" >"$work/out" 2>"$work/err" || status=$?
((status == 74)) || fail "a folder without the right to write: exit $status: $(<"$work/err")"
expect_text "crlite-sync: $inner/.crlite-sync.lock: cannot open the lock file: Permission denied" "$(<"$work/err")"
chmod 0755 "$inner"
run_sync 0 export --upki "$cache"

echo '- a damaged filter in force leaves the cache alone'
filter=$(find "$state/filters" -type f ! -name current.json)
cp "$filter" "$work/whole"
printf 'damage' >"$filter"
before=$(find "$inner" -type f -printf '%P %i %T@\n' | sort)
run_sync 65 export --upki "$cache"
[[ $(find "$inner" -type f -printf '%P %i %T@\n' | sort) == "$before" ]] || fail 'touched'
cp "$work/whole" "$filter"

echo "- Firefox's filters, and index.bin byte for byte"
if [[ -e $vectors/crlite-derived/index.bin ]]; then
  rm -r "$state"
  "$crlite_sync" --config "$work/config.yaml" --state "$state" --source "dir:$vectors/crlite-firefox" \
    >"$work/out" 2>&1 || fail "$(<"$work/out")"
  run_sync 0 export --upki "$work/firefox"
  cmp "$work/firefox/revocation/index.bin" "$vectors/crlite-derived/index.bin"
else
  echo "  skipped: no test vectors at $vectors"
fi

echo '- killed before each step: the cache is the old one or the new one'
strace -o /dev/null true 2>/dev/null || { echo '  skipped: no permission to trace'; exit 0; }
rm -rf "$state" "$cache"
round=0
# next_round: two new filters come in force.
next_round() {
  round=$((round + 1))
  rm -rf "${folder:?}"
  add_filter "$round-1.filter" good
  add_filter "$round-2.filter.delta" good
  touch -d "@$((now + round))" "$folder"/*
  publish_folder
}
next_round
run_sync 0 export --upki "$cache"
for call in rename unlink; do
  for ((kills = 0; kills < 20; ++kills)); do
    next_round
    echo old | tee "$inner/old.filter" >"$inner/old.delta"
    status=0
    {
      strace -f -qq -o "$work/trace" -e trace="$call" \
        -e inject="$call:error=EIO:signal=KILL:when=$((kills + 1))" \
        "$crlite_sync" --config "$work/config.yaml" --state "$state" export --upki "$cache" || status=$?
    } >"$work/out" 2>&1
    upki_client verify "$inner" || fail "killed before $call $((kills + 1)): the cache is not whole"
    ((status == 137)) || break
    run_sync 0 export --upki "$cache"
    expect_cache "$round-1.filter" "$round-2.filter.delta"
    found=$(find "$cache" -name '*crlite-tmp*')
    [[ -z $found ]] || fail "left over: $found"
  done
  ((status == 0)) || fail "never ended by itself: exit $status: $(<"$work/out")"
  # Two filters, the index and the manifest; the old ones.
  ((kills >= 2)) || fail "$call: killed $kills times"
  echo "  $call: killed $kills times"
done
run_sync 0 export --upki "$cache"
expect_filters "$round-1.filter" "$round-2.filter.delta"
