#!/bin/bash
# crlite-sync with a Remote Settings that lies, breaks off or never ends.
source "$(dirname "$0")/signed.sh"
mkfifo "$work/port"
/usr/bin/python3 "$(dirname "$0")/liar.py" >"$work/port" &
pids+=("$!")
read -r liar <"$work/port"
list=v1/buckets/security-state/collections/cert-revocations/changeset
poll=v1/buckets/monitor/collections/changes/changeset
rs_locations="location ~ /(endless|short)\.filter\$ { proxy_pass http://127.0.0.1:$liar; }
  location = /crawl/$list { limit_rate 50; alias $work/crawl; }
  location ~ /slow\.filter\$ { limit_rate_after 300k; limit_rate 1k; }
  location ~ /gone\.filter\$ { return 404; }
  location ~ /plain\.filter\$ { return 302 http://127.0.0.1:$liar/x; }
  location ~ ^/[a-z0-9]+(/$poll|/v1/index)\$ { try_files \$1 =404; }
  location = /later/v1/ { rewrite .* /later/v1/index; }"
# Each way to fail, of the list of all collections in one folder and of the signed list in another.
for where in "-poll/$poll" "/$list"; do
  rs_locations+="
  location = /endless$where { proxy_pass http://127.0.0.1:$liar; }
  location = /short$where { proxy_pass http://127.0.0.1:$liar; }
  location = /plain$where { return 302 http://127.0.0.1:$liar/x; }
  location = /304$where { return 304; }
  location = /500$where { return 500; }
  location = /429$where { add_header Retry-After 3600 always; return 429; }"
done
rs_locations+="
  location = /later/$list { add_header Backoff 3600 always; alias $tree/$list; }"
rs_start
rs_offer good
run_sync 0 "${rs[@]}"
expect_answer NotRevoked

# Takes half a minute, in which the rest goes on.
cp "$tree/$list" "$work/crawl"
cp -a "$state" "$work/crawl-state"
began=$SECONDS
{
  status=0
  "$crlite_sync" --config "$work/config.yaml" --state "$work/crawl-state" \
    --source "remote-settings+$server/crawl/v1" --root-sha256 "$pin" >"$work/crawl.out" 2>&1 ||
    status=$?
  echo "$status $((SECONDS - began))" >"$work/crawl.status"
} &
crawl=$!

# refused TEXT [FOLDER]: what the server says there is refused.
refused() {
  expect_refused_sync NotRevoked "$1" --source "remote-settings+$server${2:-}/v1" \
    --root-sha256 "$pin"
}
# lie TEXT NAME ARGUMENT...: a newer state whose second filter is called NAME is refused.
lie() {
  add_filter "$2" revoked 400000
  rs_publish --filter "$folder/good.filter:full" --filter "$folder/$2:delta" "${@:3}"
  refused "$1"
}

echo '- attachments'
lie 'gone.filter: HTTP status 404' gone.filter
lie 'plain.filter: redirected to a URL that is not https' plain.filter
lie 'short.filter: ' short.filter
lie 'endless.filter: more than the ' endless.filter
lie 'size.filter' size.filter --tamper size=5
lie 'size: wanted an integer from 0 to ' large.filter --tamper size=5000000000
lie 'sha.filter' sha.filter --tamper hash="$(printf '%064d' 0)"
add_filter changed.filter revoked 400000
rs_publish --filter "$folder/good.filter:full" --filter "$folder/changed.filter:delta"
printf '\x01' | dd of="$(attachment changed.filter)" bs=1 seek=5000 conv=notrunc status=none
refused 'changed.filter: SHA-256 is '
truncate -s 5000 "$(attachment changed.filter)"
refused 'changed.filter: '

echo '- names'
lie 'filename' name.filter --tamper 'filename=../x'
lie 'filename' name.filter --tamper 'filename=/etc/x'
lie 'filename' name.filter --tamper 'filename=x\0y'
lie 'filename' name.filter --tamper "filename=$(printf 'x%.0s' {1..300})"
lie 'location' name.filter --tamper 'location=https://localhost/x'
lie 'location' name.filter --tamper 'location=../../v1/index'
[[ -z $(find "$work" -name x) ]] || fail 'a file escaped'

echo '- lists'
rs_offer revoked
for where in -poll ''; do
  refused 'more than the ' "/endless$where"
  refused "$server/short$where/" "/short$where"
  refused 'redirected to a URL that is not https' "/plain$where"
  refused 'HTTP status 500' "/500$where"
  refused 'HTTP status 304, although nothing was held' "/304$where"
done
rs_offer revoked --tamper records=200000
refused 'more than the '
rs_offer revoked --tamper records=11000
refused 'records'
rs_offer revoked --tamper deep=1000
refused 'nested'
rs_offer revoked --tamper deep-metadata=1000
refused 'nested'
for text in '' '[]' '{}' null '{"changes":[],"timestamp":1}' '{"timestamp":1e3}'; do
  rs_offer revoked
  printf '%s' "$text" >"$tree/$list"
  refused "$server/$list"
done

echo '- a server that is busy is left alone for as long as it wishes'
rs_offer good
for where in -poll ''; do
  refused 'HTTP status 429' "/429$where"
  wire_clear
  refused 'asked for no request before' "/429$where"
  # The list that crawls meanwhile may come to its end here.
  [[ $(wire_count "/429$where/") == 0 ]] || fail "asked: $(<"$wire")"
done
run_sync 0 --source "remote-settings+$server/later/v1" --root-sha256 "$pin"
wire_clear
refused 'asked for no request before' /later
[[ $(wire_count /later/) == 0 ]] || fail "asked: $(<"$wire")"
run_sync 0 --source "remote-settings+$server/later/v1" "${rs[@]}"
[[ $(wire_count '^/v1/') != 0 && $(wire_count /later/) == 0 ]] || fail "asked: $(<"$wire")"

echo '- what arrives slowly is continued by the next run'
add_filter slow.filter revoked 600000
add_filter quick.filter good 100000
parts=(--filter "$folder/good.filter:full" --filter "$folder/quick.filter:delta"
  --filter "$folder/slow.filter:delta")
rs_publish "${parts[@]}"
"$crlite_sync" --config "$work/config.yaml" --state "$state" "${rs[@]}" >"$work/first" 2>&1 &
victim=$!
part=$state/incoming/$(sha256sum <"$folder/slow.filter" | cut -d' ' -f1).part
for _ in {1..200}; do
  (($(stat -c %s "$part" 2>/dev/null || echo 0) < 250000)) || break
  sleep 0.05
done
expect_answer NotRevoked
kill "$victim"
wait "$victim" 2>/dev/null || true
have=$(stat -c %s "$part")
((have >= 250000)) || fail "only $have bytes arrived"
slow=$(attachment slow.filter)
rs_publish "${parts[@]}" --tamper "location=security-state/fast"
ln "$slow" "$tree/attachments/security-state/fast"
wire_clear
run_sync 0 "${rs[@]}"
expect_answer Revoked
[[ $(wire_count '/fast 206 ') == 1 && $(wire_count quick) == 0 ]] || fail "asked: $(<"$wire")"
expect_no_debris

echo '- a list of 50 bytes a second'
wait "$crawl"
read -r status seconds <"$work/crawl.status"
echo "  refused after $seconds s: $(grep -m1 -F "$server/crawl" "$work/crawl.out")"
((status == 1)) || fail "exit $status: $(<"$work/crawl.out")"
((seconds >= 25 && seconds < 60)) || fail "after $seconds s"
expect_text "$server/crawl/$list" "$(<"$work/crawl.out")"
expect_text 'too slow' "$(<"$work/crawl.out")"
state=$work/crawl-state snapshot=$work/crawl-state/snapshot
expect_answer NotRevoked
