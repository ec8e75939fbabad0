#!/bin/bash
# crlite-sync runs that meet each other, or are killed: what was published answers all the time, and
# the next run is clean.
source "$(dirname "$0")/lib.sh"
offer good "$now"
# The first megabyte of a file arrives at once, the rest takes minutes.
mirror_start "location = /slow.filter { root $folder; limit_rate_after 1m; limit_rate 10k; }
  location /fast/ { alias $folder/; }"

# wait_for COMMAND...: until it succeeds, at most 20 seconds.
wait_for() {
  local attempt
  for ((attempt = 0; attempt < 400; ++attempt)); do
    ! "$@" || return 0
    sleep 0.05
  done
  fail "waited in vain: $*"
}
fetched() { [[ -e $state/incoming/$1 ]]; }

run_sync 0 --source "manifest+$mirror"
expect_answer NotRevoked
add_filter 1.filter.delta revoked
add_filter slow.filter good 3000000
add_manifest $((now + 1)) full.filter 1.filter.delta slow.filter
delta=$(sha256sum <"$folder/1.filter.delta" | cut -d' ' -f1)

echo '- two at once'
"$crlite_sync" --config "$work/config.yaml" --state "$state" --source "manifest+$mirror" \
  >"$work/first" 2>&1 &
first=$!
pids+=("$first")
wait_for fetched "$delta.part"
run_sync 74 --source "manifest+$mirror"
expect_text "crlite-sync: $state/incoming/lock: held by another " "$err"
expect_text "$first" "$err"
expect_answer NotRevoked

echo '- kill -9 while a file arrives'
kill -9 "$first"
wait "$first" 2>/dev/null || true
expect_answer NotRevoked
for debris in "incoming/$delta.crlite-tmp-AbCdEf" incoming/offer.json.crlite-tmp-AbCdEf filters/current.json.crlite-tmp-AbCdEf \
  snapshot.new.crlite-tmp-AbCdEf; do
  echo debris >"$state/$debris"
done
run_sync 0 --source "manifest+${mirror}fast/"
expect_text '3 filters' "$out"
expect_answer Revoked
[[ $(ls "$state/incoming") == $'last-fetch.json\nlock\noffer.json' ]] || fail "left over: $(ls "$state/incoming")"
[[ $(find "$state/filters" -type f | wc -l) == 4 ]] || fail "left over: $(ls "$state/filters")"
[[ ! -e $state/snapshot.new.crlite-tmp-AbCdEf ]] || fail 'left over beside the snapshot'

echo '- kill -9 at any moment'
killed=0
run_ms=2000 # how long a whole run takes: measured below
for round in {1..16}; do
  kind=good wanted=NotRevoked
  if ((round % 2)); then kind=revoked wanted=Revoked; fi
  rm -r "$folder"
  for file in {1..4}; do add_filter "$file.filter" "$kind" $((400000 + 8 * file)); done
  add_manifest $((now + 1 + round)) {1..4}.filter
  before=$(answer)
  "$crlite_sync" --config "$work/config.yaml" --state "$state" --source "dir:$folder" \
    >"$work/out" 2>&1 &
  victim=$!
  moment=$((RANDOM % run_ms))
  sleep "$((moment / 1000)).$(printf '%03d' $((moment % 1000)))"
  kill -9 "$victim" 2>/dev/null || true
  status=0
  wait "$victim" 2>/dev/null || status=$?
  if ((status == 137)); then killed=$((killed + 1)); fi
  found=$(answer)
  [[ $found == "$before" || $found == "$wanted" ]] || fail "round $round: $before became $found"
  began=$(date +%s%3N)
  run_sync 0 --source "dir:$folder"
  run_ms=$(($(date +%s%3N) - began + 50))
  expect_answer "$wanted"
  [[ $(ls "$state") == $'filters\nfloors.json\ngeneration\nincoming\nlast-publish.json\nlock\nprovisioned\nsnapshot' ]] ||
    fail "round $round: left over: $(ls "$state")"
  [[ $(ls "$state/incoming") == $'last-fetch.json\nlock\noffer.json' && $(find "$state/filters" -type f | wc -l) == 5 ]] ||
    fail "round $round: left over: $(ls "$state/incoming" "$state/filters")"
done
((killed > 0)) || fail 'no run was killed'
echo "killed $killed of 16 runs before their end"
