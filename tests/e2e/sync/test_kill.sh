#!/bin/bash
# kill -9 at random moments of syncs that alternate between two signed states: what is published is
# one of the two all the time, and the next run leaves nothing behind.
#
# test_kill.sh [ROUNDS]
source "$(dirname "$0")/signed.sh"
rounds=${1:-${CRLITE_KILLS:-40}}
rs_start
for kind in good revoked; do
  for file in 1 2 3 4; do add_filter "$file.$kind" "$kind" $((200000 + 8 * file)); done
done
# rs_state KIND: its four files, the first one full.
rs_state() {
  rs_publish --filter "$folder/1.$1:full" --filter "$folder/2.$1:delta" \
    --filter "$folder/3.$1:delta" --filter "$folder/4.$1:delta"
}
# Behind the snapshot come the generation, the list, the floor: what verify says in between, the
# snapshot itself being whole.
in_between='/state/(generation: says|snapshot: not compiled from the filters)'

rs_state good
run_sync 0 "${rs[@]}"
killed=0 mixed=0
run_ms=500 # how long a whole run takes: measured below
for ((round = 1; round <= rounds; ++round)); do
  kind=good wanted=NotRevoked
  if ((round % 2)); then kind=revoked wanted=Revoked; fi
  rs_state "$kind"
  before=$(answer)
  "$crlite_sync" --config "$work/config.yaml" --state "$state" "${rs[@]}" >"$work/out" 2>&1 &
  victim=$!
  printf -v moment '%d.%06d' $((run_ms / 1000)) $(((RANDOM * 32768 + RANDOM) % (run_ms * 1000)))
  sleep "$moment"
  kill -9 "$victim" 2>/dev/null || true
  status=0
  wait "$victim" 2>/dev/null || status=$?
  if ((status == 137)); then killed=$((killed + 1)); fi
  found=$(answer)
  [[ $found == "$before" || $found == "$wanted" ]] || fail "round $round: $before became $found"
  "$crlite_sync" --config "$work/config.yaml" --state "$state" verify >"$work/out" 2>&1 || {
    grep -qE "$in_between" "$work/out" || fail "round $round: $(<"$work/out")"
    mixed=$((mixed + 1))
  }
  began=$(date +%s%3N)
  run_sync 0 "${rs[@]}"
  run_ms=$(($(date +%s%3N) - began + 20))
  expect_answer "$wanted"
  expect_no_debris
done
((killed > rounds / 4)) || fail "only $killed runs were killed before their end"
echo "killed $killed of $rounds runs before their end, $mixed just behind the new snapshot"
