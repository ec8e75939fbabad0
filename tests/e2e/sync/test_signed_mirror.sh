#!/bin/bash
# crlite-mirror and crlite-sync over nginx: Mozilla's signature counts, and not the mirror's word.
source "$(dirname "$0")/signed.sh"
rs_start
full=$folder/20261101-0-default.filter delta=$folder/20261101-1-default.filter.delta
add_filter "${full##*/}" good 300000
add_filter "${delta##*/}" revoked 300000
changeset=$mirror_tree/changeset.json
from_mirror=(--source "manifest+$mirror" --root-sha256 "$pin")

# update_mirror STATUS
update_mirror() {
  local status=0
  "$crlite_mirror" "${rs[@]}" --state "$work/mirror-state" --output "$mirror_tree" \
    >"$work/mirror.out" 2>"$work/mirror.err" || status=$?
  ((status == $1)) || fail "crlite-mirror: exit $status, wanted $1: $(<"$work/mirror.err")"
}
# tree_files: the identity of all that the mirror serves.
tree_files() { find "$mirror_tree" -type f -printf '%P %i %T@\n' | sort; }

echo '- first sync'
rs_publish --filter "$full:full"
update_mirror 0
run_sync 0 "${from_mirror[@]}"
[[ -z $err ]] || fail "a warning about signed data: $err"
expect_answer NotRevoked
expect_no_debris

echo '- nothing new: one small request, nothing written'
before=$(data_files)
wire_clear
run_sync 0 "${from_mirror[@]}"
[[ $(wire_count) == 1 && $(wire_count '/changeset.json 304 ') == 1 ]] || fail "asked: $(<"$wire")"
(($(wire_bytes) <= 600)) || fail "$(wire_bytes) bytes: $(<"$wire")"
echo "  $(wire_bytes) bytes"
[[ $(data_files) == "$before" ]] || fail "written: $(diff <(echo "$before") <(data_files))"
before=$(tree_files)
update_mirror 0
[[ $(tree_files) == "$before" ]] || fail 'the mirror touched what had not changed'

echo '- a delta comes as a patch'
rs_publish --filter "$full:full" --filter "$delta:delta"
update_mirror 0
wire_clear
run_sync 0 "${from_mirror[@]}"
[[ $(wire_count '/patches/.* 200 ') == 1 && $(wire_count default.filter) == 0 ]] ||
  fail "asked: $(<"$wire")"
(($(wire_bytes) < 20000)) || fail "$(wire_bytes) bytes: $(<"$wire")"
expect_answer Revoked
expect_no_debris

echo '- a patch that is wrong, or away, costs bytes alone'
for spoil in 'truncate -s 10' 'sed -i s/././g' 'rm'; do
  rm -r "$state"
  $spoil "$mirror_tree"/patches/*
  run_sync 0 "${from_mirror[@]}"
  expect_answer Revoked
  expect_no_debris
  rm -rf "$mirror_tree"/patches
  update_mirror 0
done

echo '- plain http will do'
rm -r "$state"
run_sync 0 --source "manifest+$mirror_plain" --root-sha256 "$pin"
expect_answer Revoked

echo '- what a mirror may not do'
cp -a "$mirror_tree" "$work/good-mirror"
rs_publish --filter "$full:full"
cp "$changeset" "$work/changeset.old"
# lie TEXT: what the mirror has now is refused; then it is as it was.
lie() {
  expect_refused_sync Revoked "$1" "${from_mirror[@]}"
  rm -r "$mirror_tree"
  cp -a "$work/good-mirror" "$mirror_tree"
}
for change in 's/"size": 3/"size": 4/' 's/"effectiveTimestamp": 1/"effectiveTimestamp": 2/' \
  's/\("timestamp": [0-9]*\)[0-9],/\19,/' 's/"signature": "....../"signature": "AAAAAA/g' 's/....$//'; do
  sed -i "$change" "$changeset"
  touch -d '1 minute ago' "$changeset"
  lie "${mirror}changeset.json: "
done
rm "$changeset"
lie 'not signed, and signed data was accepted before'
rm -r "$mirror_tree/chains"
rm "$state/incoming/offer.json" "$state/filters/current.json"
run_sync 1 "${from_mirror[@]}"
cp -a "$work/good-mirror/chains" "$mirror_tree/chains"
run_sync 0 "${from_mirror[@]}"
expect_answer Revoked

echo '- a bad upstream: the mirror says so and keeps what it has'
before=$(tree_files)
for tamper in record no-signature timestamp=253402300799000; do
  rs_publish --filter "$full:full" --tamper "$tamper"
  update_mirror 1
  [[ -s $work/mirror.err && $(tree_files) == "$before" ]] || fail "$tamper: $(<"$work/mirror.err")"
done
rs_publish --filter "$full:full"
printf 'x' >"$(attachment "${full##*/}")"
rm -r "$work/mirror-state"
update_mirror 1
[[ $(tree_files) == "$before" ]] || fail 'a wrong attachment changed what is published'
run_sync 0 "${from_mirror[@]}"
expect_answer Revoked

echo '- carried on a stick: the copy needs no trust either'
cp -r "$mirror_tree" "$work/stick"
kill "$nginx_pid"
wait "$nginx_pid" || true
rm -r "$state"
cat >"$work/config.yaml" <<END
sources: [{type: directory, path: $work/stick, root-sha256: [$pin]}]
END
run_sync 0
[[ -z $err ]] || fail "a warning about signed data: $err"
expect_answer Revoked
expect_no_debris
printf 'x' | dd of="$work/stick/${delta##*/}" bs=1 seek=5000 conv=notrunc status=none
rm -r "$state"
run_sync 1
expect_text "${delta##*/}" "$err"
[[ ! -e $snapshot ]] || fail 'a wrong file was published'
run_sync 0 --source "dir:$folder" # what nobody signed, when nothing signed was ever accepted
expect_answer Revoked
