#!/bin/bash
# crlite-sync with a Remote Settings over TLS that does as it should.
source "$(dirname "$0")/signed.sh"
rs_start
full=$folder/20261101-0-default.filter delta=$folder/20261101-1-default.filter.delta
poll=/v1/buckets/monitor/collections/changes/changeset

echo '- first sync, in two steps'
add_filter "${full##*/}" good 3000
rs_publish --filter "$full:full"
run_sync 0 fetch "${rs[@]}"
expect_text "fetch: remote-settings+$server/v1: 1 filter of " "$out"
[[ ! -e $snapshot ]] || fail 'fetch published'
run_sync 0 publish "${rs[@]}"
expect_answer NotRevoked
[[ -z $err ]] || fail "a warning about signed data: $err"
expect_no_debris

echo '- nothing new: one small request, nothing written'
wire_clear
run_sync 0 "${rs[@]}"
expect_text 'publish: nothing new' "$out"
[[ $(wire_count) == 1 && $(wire_count "$poll?_expected=0&_since=%22") == 1 ]] ||
  fail "asked: $(<"$wire")"
before=$(data_files)
wire_clear
run_sync 0 "${rs[@]}"
[[ $(wire_count) == 1 && $(wire_count "$poll.* 304 ") == 1 ]] || fail "asked: $(<"$wire")"
(($(wire_bytes) <= 600)) || fail "$(wire_bytes) bytes: $(<"$wire")"
echo "  $(wire_bytes) bytes"
[[ $(data_files) == "$before" ]] || fail "written: $(diff <(echo "$before") <(data_files))"

echo '- only the delta is fetched'
add_filter "${delta##*/}" revoked
rs_publish --filter "$full:full" --filter "$delta:delta"
wire_clear
run_sync 0 "${rs[@]}"
expect_text '2 filters' "$out"
[[ $(wire_count /attachments/) == 1 && $(wire_count /chains/) == 0 ]] || fail "asked: $(<"$wire")"
expect_answer Revoked
expect_no_debris

echo '- a new full filter replaces all'
add_filter 20261115-0-default.filter good 4000
full=$folder/20261115-0-default.filter
rs_publish --filter "$full:full"
run_sync 0 "${rs[@]}"
expect_text '1 filter' "$out"
expect_answer NotRevoked
expect_no_debris

echo '- a new key, with a relative x5u'
[[ $(remote_settings keys "$keys" --rotate) == "$pin" ]] || fail 'another root'
rs_publish --filter "$full:full" --filter "$delta:delta" --relative-x5u
wire_clear
run_sync 0 "${rs[@]}"
[[ $(wire_count /chains/) == 1 ]] || fail "asked: $(<"$wire")"
expect_answer Revoked

echo '- HTTP/2, and plain http: the signature holds there as well'
rs_publish --filter "$full:full" --base-url "$server_h2"
wire_clear
run_sync 0 --source "remote-settings+$server_h2/v1" --root-sha256 "$pin"
expect_answer NotRevoked
[[ $(wire_count ' HTTP/2.0 ') == 3 && $(wire_count) == 3 ]] || fail "asked: $(<"$wire")"
rs_publish --filter "$full:full" --filter "$delta:delta" --base-url "$server_plain"
run_sync 0 --source "remote-settings+$server_plain/v1/" --root-sha256 "$pin"
expect_answer Revoked

echo '- the channel that is asked for'
rs_publish --filter "$full:full" --channel compat
printf 'sources: [{type: remote-settings, url: "%s/v1", root-sha256: [%s], channel: compat}]\n' \
  "$server" "$pin" >"$work/config.yaml"
run_sync 0
expect_answer NotRevoked
echo '{}' >"$work/config.yaml"

echo '- the server goes back in time'
rs_publish --filter "$full:full" --filter "$delta:delta"
cp -a "$tree" "$work/tree.before"
run_sync 0 "${rs[@]}"
expect_answer Revoked
rs_publish --filter "$full:full"
run_sync 0 "${rs[@]}"
expect_answer NotRevoked
rm -r "$tree"
mv "$work/tree.before" "$tree"
expect_refused_sync NotRevoked '--allow-rollback' "${rs[@]}"
expect_refused_sync NotRevoked '--allow-rollback' "${rs[@]}" --force
# Even where what was in force is lost, the floor is not.
rm "$state/filters/current.json" "$state/incoming/offer.json"
run_sync 1 "${rs[@]}"
expect_text '--allow-rollback' "$err"
run_sync 0 "${rs[@]}" --allow-rollback
expect_answer Revoked
run_sync 0 "${rs[@]}"
expect_answer Revoked

echo '- the first of several sources that can be verified'
rs_publish --filter "$full:full"
mkdir "$work/empty"
run_sync 0 --source remote-settings+https://localhost:1/v1 --source "dir:$work/empty" \
  --source "remote-settings+$server/none/v1" "${rs[@]}"
expect_text 'crlite-sync: https://localhost:1/v1/' "$err"
expect_text "$work/empty" "$err"
expect_text "$server/none/v1" "$err"
expect_answer NotRevoked
expect_no_debris
