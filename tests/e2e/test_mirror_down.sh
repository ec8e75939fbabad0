#!/usr/bin/env bash
# When the mirror cannot be reached or offers rubbish, crlite-sync says so and the old data stays in
# force.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
world_start

get() { curl -sS --cacert "$pki/root.pem" "$1"; }

# sync_fails WHAT MIRROR: exit 1 and a message, and the revoked site is still refused.
sync_fails() {
  local status=0
  SSL_CERT_FILE=$pki/root.pem "$crlite_sync" --state "$state" --source "manifest+$2" \
    >"$work/sync.log" 2>&1 || status=$?
  ((status == 1)) || fail "$1: exit $status: $(cat "$work/sync.log")"
  grep -q '^crlite' "$work/sync.log" || fail "$1: no message: $(cat "$work/sync.log")"
  expect_refused "$1: revoked site" 'certificate revoked' with_module get "$revoked"
  expect_accepted "$1: good site" with_module get "$good"
}

sync_fails 'nobody listens' https://localhost:1/
sync_fails 'no manifest there' "${mirror}elsewhere/"

# From here on the mirror offers a filter in which the good site is revoked instead.
filter=$(echo "$work"/mirror/*.filter)
cp "$filter" "$work/before"
feed_build "$pki" "$work" "$good_serial"
cp "$filter" "$work/after"
cp "$work/before" "$filter"
sync_fails 'another filter than the manifest says' "$mirror"

head -c 100 "$work/after" >"$filter"
hash=$(sha256sum <"$filter" | cut -d' ' -f1)
sed -i "s/\"size\":[0-9]*,\"hash\":\"[0-9a-f]*\"/\"size\":100,\"hash\":\"$hash\"/" \
  "$work/mirror/manifest.json"
sync_fails 'truncated filter with its right hash' "$mirror"

echo '{}' >"$work/mirror/manifest.json"
sync_fails 'manifest without files' "$mirror"

feed_build "$pki" "$work" "$good_serial"
world_sync
expect_refused 'mirror mended' 'certificate revoked' with_module get "$good"
expect_accepted 'mirror mended' with_module get "$revoked"
