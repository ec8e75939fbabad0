#!/bin/bash
# crlite-mirror from the first run to the removal of what is superseded.
source "$(dirname "$0")/lib.sh"

# At $old_view the lists are those that were saved in $work/old: what a client sees that has fetched the
# lists, and then takes its time.
more_sites() {
  old_view=http://127.0.0.1:$1/
  printf 'server { listen 127.0.0.1:%d; root %s; location ~ "^/[a-z]+\\.json$" { root %s; } }\n' \
    "$1" "$mirror_tree" "$work/old"
}
mkdir -p "$work/old"
rs_start
rmdir "$mirror_tree"
old_view=http://127.0.0.1:$((nginx_port + 5))/
full=$folder/20261101-0-default.filter delta=$folder/20261101-1-default.filter.delta
next=$folder/20261115-0-default.filter
add_filter "${full##*/}" good 3000
add_filter "${delta##*/}" revoked 3000
add_filter "${next##*/}" good 4000

echo '- what a run would do'
rs_publish --filter "$full:full" --filter "$delta:delta"
run_mirror 0 --dry-run
expect_text "fetch: remote-settings+$server/v1: 2 filters of " "$out"
[[ ! -e $mirror_tree && ! -e $mirror_state ]] || fail 'a dry run wrote something'

echo '- the first run'
(umask 0077 && run_mirror 0 --comment 'of a test')
out=$(<"$work/out")
expect_text "mirror: $mirror_tree: published, 2 filters" "$out"
expect_text 'wrote 2 filters and 1 patch file, removed 0 superseded files' "$out"
[[ -z $(<"$work/err") ]] || fail "a warning: $(<"$work/err")"
found=$(cd "$mirror_tree" && find . -type f -printf '%P\n' | sed -E 's/[0-9a-f]{64}/HASH/g' | LC_ALL=C sort)
[[ $found == "20261101-0-default.filter
20261101-1-default.filter.delta
chains/HASH.pem
changeset.json
manifest.json
patches/HASH-from-HASH.zst" ]] || fail "the tree holds $found"
[[ -z $(find "$mirror_tree" ! -perm -444 -o -type d ! -perm -555) ]] || fail 'not readable by all'
cmp "$mirror_tree/changeset.json" "$tree/v1/buckets/security-state/collections/cert-revocations/changeset"
cmp "$mirror_tree"/chains/*.pem "$tree"/chains/*.chain
cmp "$mirror_tree/${full##*/}" "$full"
expect_text '"comment":"of a test"' "$(<"$mirror_tree/manifest.json")"
expect_text "\"generated_at\":$((rs_time / 1000))" "$(<"$mirror_tree/manifest.json")"
expect_whole Revoked
client_of "$mirror_plain"
rm -r "$state"
run_sync 0
expect_answer Revoked

echo '- nothing new: not a file is touched'
before=$(tree_files)
run_mirror 0 --comment 'of a test'
expect_text 'nothing new' "$out"
[[ $(tree_files) == "$before" ]] || fail "touched: $(diff <(echo "$before") <(tree_files))"
run_mirror 0 --comment 'of a test' --quiet
[[ -z $out$err ]] || fail "quiet says: $out $err"
run_mirror 0 --comment 'of a test' --json
/usr/bin/python3 - "$work/out" "$mirror_tree" $((rs_time)) <<'END' || fail "--json: $out"
import json, sys
document = json.load(open(sys.argv[1]))
assert document["schema"] == 1 and document["exit_status"] == 0 and document["warnings"] == []
assert document["mirror"]["output"] == sys.argv[2]
assert document["mirror"]["data_time_ms"] == int(sys.argv[3])
assert document["mirror"]["filters"] == 2 and document["mirror"]["is_new"] is False
END

echo '- what is damaged is refused by clients, and mended by the next run'
client_of "$mirror"
for file in "${delta##*/}" manifest.json changeset.json; do
  rm -rf "$state"
  printf 'x' | dd of="$mirror_tree/$file" bs=1 seek=40 conv=notrunc status=none
  if [[ $file != manifest.json ]]; then
    rm -f "$mirror_tree"/patches/*
    run_sync 1
  else
    ! upki_client fetch "$mirror" "$upki" 2>"$work/log" || fail 'a damaged manifest was taken'
  fi
  run_mirror 0
  expect_whole Revoked
done

echo '- clients of the state before can finish'
cp "$mirror_tree"/*.json "$work/old/"
remote_settings keys "$keys" --rotate >"$work/log"
rs_publish --filter "$next:full"
run_mirror 0
expect_whole NotRevoked
client_of "$old_view"
rm -r "$state"
run_sync 0
expect_answer Revoked
upki_client fetch "$old_view" "$work/upki-old/revocation"

echo '- until their time is over'
noted=$mirror_state/superseded.json
[[ $(grep -c "$next" "$noted") == 0 && $(grep -c default.filter "$noted") == 2 ]] ||
  fail "superseded: $(<"$noted")"
run_mirror 0 --keep 2m
expect_text 'removed 0 superseded' "$out"
sed -Ei "s/: [0-9]{13}/: $((($(date +%s) - 180) * 1000))/" "$noted"
run_mirror 0 --keep 2m
expect_text 'removed 4 superseded' "$out" # two filters, a patch, a chain
[[ ! -e $mirror_tree/${full##*/} ]] || fail 'the superseded filter is still there'
expect_whole NotRevoked
client_of "$old_view"
rm -r "$state"
run_sync 1
! upki_client fetch "$old_view" "$work/upki-late/revocation" 2>"$work/log" || fail 'files came from nowhere'

echo '- an upstream that goes back in time'
before=$(tree_files)
time_before=$rs_time
rs_time=$((rs_time - 10000))
rs_publish --filter "$full:full"
run_mirror 1
expect_text '--allow-rollback' "$err"
[[ $(tree_files) == "$before" ]] || fail 'the tree was touched'
run_mirror 0 --allow-rollback
expect_text 'published, 1 filter' "$out"
rs_time=$time_before

echo '- only what is signed, whatever the configuration says'
before=$(tree_files)
printf 'sources: [{type: directory, path: "%s", require-signature: false}]\n' "$folder" >"$mirror_config"
run_mirror_from 1
expect_text 'not signed' "$err"
run_mirror_from 1 --source "dir:$folder"
expect_text 'not signed' "$err"
printf 'sources: [{type: remote-settings, url: "%s/v1"}]\n' "$server" >"$mirror_config"
run_mirror_from 1 # Mozilla's root
[[ $(tree_files) == "$before" ]] || fail 'the tree was touched'
echo 'a mirror of the mirror will do, and config.yaml'
client_of "$mirror"
cp "$work/config.yaml" "$mirror_config"
second=(--output "$work/second" --state "$work/second-state")
"$crlite_mirror" --config "$mirror_config" "${second[@]}" >"$work/out" 2>&1 || fail "$(<"$work/out")"
diff -r "$mirror_tree/chains" "$work/second/chains"
cmp "$mirror_tree/changeset.json" "$work/second/changeset.json"

echo '- wrong words, a wrong place, a lock that is held'
run_mirror 64 --keep 7
run_mirror 64 --keep=-7d
run_mirror 64 --quiet --json
run_mirror 64 surplus
for place in "$mirror_state" "$mirror_state/tree" "$work"; do
  status=0
  "$crlite_mirror" --state "$mirror_state" --output "$place" "${rs[@]}" 2>"$work/err" || status=$?
  ((status == 64)) || fail "--output $place: exit $status"
  expect_text 'name a folder elsewhere' "$(<"$work/err")"
done
echo 'sources: 3' >"$mirror_config"
run_mirror 78
echo '{}' >"$mirror_config"
status=0
"$crlite_mirror" --config "$mirror_config" --state "$mirror_state" --output "$work/a/b" "${rs[@]}" \
  >"$work/out" 2>"$work/err" || status=$?
((status == 74)) || fail "an output whose parent is missing: exit $status"
/usr/bin/python3 - "$mirror_state/lock" >"$work/locked" <<'END' &
import fcntl, sys, time
lock = open(sys.argv[1], "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
print(flush=True)
time.sleep(60)
END
holder=$!
pids+=("$holder")
until [[ -s $work/locked ]]; do sleep 0.05; done
run_mirror 74
expect_text 'held by another ' "$err"
kill "$holder"
