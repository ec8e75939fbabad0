#!/bin/bash
# Capsules, and copies of a mirror on a stick: data for machines without a network, believed for its
# signature alone.
source "$(dirname "$0")/signed.sh"
rs_start
add_filter full.filter good 2000
add_filter 1.filter.delta revoked
capsule=$work/data.capsule
take=(--source "capsule:$capsule" --root-sha256 "$pin")

echo '- nothing to export yet'
run_sync 1 export "$capsule"
[[ ! -e $capsule ]] || fail 'a capsule of nothing'
run_sync 0 --source "dir:$folder"
run_sync 1 export "$capsule"
expect_text 'signed' "$err"
[[ ! -e $capsule ]] || fail 'a capsule of unsigned data'
rm -r "$state"

echo '- from one machine to another'
rs_publish --filter "$folder/full.filter:full" --filter "$folder/1.filter.delta:delta"
run_sync 0 "${rs[@]}"
run_sync 0 export "$capsule"
[[ $(find "$work" -maxdepth 1 -name 'data.capsule*') == "$capsule" ]] || fail 'something beside it'
state=$work/elsewhere snapshot=$work/elsewhere/snapshot
# A broken transfer of the same file from elsewhere is left over no more.
mkdir -p "$state/incoming"
echo begun >"$state/incoming/$(sha256sum <"$folder/full.filter" | cut -d' ' -f1).part"
run_sync 0 "${take[@]}"
[[ -z $err ]] || fail "a warning about signed data: $err"
expect_answer Revoked
expect_no_debris
run_sync 0 "${take[@]}"
expect_text 'publish: nothing new' "$out"
run_sync 0 export "$work/again.capsule"
cmp "$capsule" "$work/again.capsule" || fail 'exported again, it is another one'

echo '- one floor for signed data, whoever brings it'
cp "$capsule" "$work/old.capsule"
rs_publish --filter "$folder/full.filter:full"
run_sync 0 "${rs[@]}"
expect_answer NotRevoked
expect_refused_sync NotRevoked '--allow-rollback' "${take[@]}"

echo '- a root that was not asked for'
expect_refused_sync NotRevoked 'root' --source "capsule:$capsule"

echo '- any changed byte is refused, or changes nothing'
size=$(stat -c %s "$capsule")
changed=$work/changed.capsule
# harmless_or_refused WHAT: a machine that has nothing yet takes no other data than the true one.
refused=0 harmless=0
harmless_or_refused() {
  local status=0
  rm -rf "$state"
  "$crlite_sync" --config "$work/config.yaml" --state "$state" --source "capsule:$changed" \
    --root-sha256 "$pin" >"$work/out" 2>"$work/err" || status=$?
  case $status in
    0) [[ $(answer) == Revoked ]] || fail "$1: taken, and answers $(answer)"
       harmless=$((harmless + 1)) ;;
    1) [[ ! -e $snapshot && -s $work/err ]] || fail "$1: exit 1, $(<"$work/err")"
       refused=$((refused + 1)) ;;
    *) fail "$1: exit $status: $(<"$work/err")" ;;
  esac
}
# The frame and the beginning of the list, then every so often.
for ((position = 0; position < size; position += position < 64 ? 1 : size / 97)); do
  cp "$capsule" "$changed"
  byte=$(od -An -tu1 -j "$position" -N 1 "$capsule")
  printf '%b' "\\x$(printf '%02x' $((byte ^ 1 << RANDOM % 8)))" |
    dd of="$changed" bs=1 seek="$position" conv=notrunc status=none
  harmless_or_refused "byte $position"
done
for length in 0 1 7 64 $((size / 2)) $((size - 1)); do
  head -c "$length" "$capsule" >"$changed"
  harmless_or_refused "cut to $length"
done
{ cat "$capsule"; echo; } >"$changed"
harmless_or_refused 'longer by one'
((refused > 100)) || fail "only $refused refused, $harmless harmless"
echo "  $refused refused, $harmless harmless"
