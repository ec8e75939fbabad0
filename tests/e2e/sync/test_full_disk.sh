#!/bin/bash
# crlite-sync on a full disk: the message names it, and the old snapshot stays in force.
source "$(dirname "$0")/lib.sh"

# A file system of its own, in a mount namespace of its own.
if [[ ${CRLITE_IN_NAMESPACE:-} != yes ]]; then
  unshare --mount true 2>/dev/null || skip 'no permission for a mount namespace'
  CRLITE_IN_NAMESPACE=yes unshare --mount "$0"
  exit
fi
mkdir "$state"
mount -t tmpfs -o size=4m tmpfs "$state" 2>/dev/null || skip 'no permission to mount a tmpfs'
trap 'umount "$state"; clean_up' EXIT

offer good "$now"
run_sync 0 --source "dir:$folder"
expect_answer NotRevoked

echo '- no room for the filter'
add_filter large.filter revoked 8000000
add_manifest $((now + 1)) full.filter large.filter
run_sync 74 --source "dir:$folder"
expect_text 'cannot allocate 80001' "$err"
expect_text 'No space left on device' "$err"
expect_answer NotRevoked

echo '- room for the filter, none for publishing it'
add_filter large.filter revoked 3000000
add_manifest $((now + 1)) full.filter large.filter
run_sync 0 fetch --source "dir:$folder"
run_sync 74 publish
expect_text 'No space left on device' "$err"
expect_answer NotRevoked

echo '- the next one that fits is published'
offer revoked $((now + 2))
run_sync 0 --source "dir:$folder"
expect_answer Revoked
[[ $(find "$state" -type f -size +100k) == '' ]] || fail "left over: $(find "$state")"
