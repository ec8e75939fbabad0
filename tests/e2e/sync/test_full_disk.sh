#!/bin/bash
# crlite-sync on a full disk: the message names it, and the old snapshot stays in force.
source "$(dirname "$0")/signed.sh"

# A file system of its own, in a mount namespace of its own.
if [[ ${CRLITE_IN_NAMESPACE:-} != yes ]]; then
  unshare --mount true 2>/dev/null || skip 'no permission for a mount namespace'
  CRLITE_IN_NAMESPACE=yes unshare --mount bash "$0"
  exit
fi
mkdir "$state"
mount -t tmpfs -o size=12m tmpfs "$state" 2>/dev/null || skip 'no permission to mount a tmpfs'
trap 'umount "$state"; clean_up' EXIT
rs_start

rs_offer good
run_sync 0 "${rs[@]}"
expect_answer NotRevoked
add_filter large.filter revoked 18000000
add_filter middle.filter revoked 7000000
# offer_behind FILE: the small filter, and this delta.
offer_behind() { rs_publish --filter "$folder/good.filter:full" --filter "$folder/$1:delta"; }

echo '- no room for the filter'
offer_behind large.filter
run_sync 74 "${rs[@]}"
expect_text 'No space left on device' "$err"
expect_text "$state/incoming/" "$err"
expect_answer NotRevoked

echo '- room for the filter, none for publishing it'
offer_behind middle.filter
run_sync 0 fetch "${rs[@]}"
run_sync 74 publish "${rs[@]}"
expect_text 'No space left on device' "$err"
expect_answer NotRevoked

echo '- the next one that fits is published'
rs_offer revoked
run_sync 0 "${rs[@]}"
expect_answer Revoked
expect_no_debris

echo '- whatever room there is'
failed=0
for ((room = 0; room < 40; ++room)); do
  kind=good wanted=NotRevoked
  if [[ $(answer) == NotRevoked ]]; then kind=revoked wanted=Revoked; fi
  before=$(answer)
  add_filter "$kind.filter" "$kind" 20000
  rs_publish --filter "$folder/$kind.filter:full"
  free=$(df --output=avail -k "$state" | tail -1)
  fallocate -l $((free - 4 * room))k "$state/ballast"
  status=0
  "$crlite_sync" --config "$work/config.yaml" --state "$state" "${rs[@]}" >"$work/out" \
    2>"$work/err" </dev/null || status=$?
  case $status in
    0) [[ $(answer) == "$wanted" ]] || fail "$room pages: answers $(answer)" ;;
    74) expect_text 'No space left on device' "$(<"$work/err")"
        [[ $(answer) == "$before" || $(answer) == "$wanted" ]] || fail "$room pages: answers $(answer)"
        failed=$((failed + 1)) ;;
    *) fail "$room pages: exit $status: $(<"$work/err")" ;;
  esac
  rm "$state/ballast"
  run_sync 0 "${rs[@]}"
  expect_answer "$wanted"
  expect_no_debris
done
((failed > 2 && failed < 40)) || fail "$failed of 40 runs failed"
echo "  $failed of 40 runs had too little"
