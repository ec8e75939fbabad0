#!/bin/bash
# crlite-mirror killed at any moment: what the web server has holds together every time, for every
# client, and the next run leaves nothing lying about.
source "$(dirname "$0")/lib.sh"
rs_start

# state_of good|revoked ROUND: the server's next state, of four filters that take a while to write.
state_of() {
  local file arguments=()
  for file in {1..4}; do
    add_filter "$2-$file.filter" "$1" $((400000 + 80 * $2 + 8 * file))
    arguments+=(--filter "$folder/$2-$file.filter:$([[ $file == 1 ]] && echo full || echo delta)")
  done
  rs_publish "${arguments[@]}"
}

state_of good 0
began=$(date +%s%3N)
run_mirror 0 --keep 0d
run_ms=$(($(date +%s%3N) - began)) # how long a whole run takes
expect_whole NotRevoked
killed=0 halfway=0
for round in {1..24}; do
  kind=good wanted=NotRevoked other=Revoked
  if ((round % 2)); then kind=revoked wanted=Revoked other=NotRevoked; fi
  state_of "$kind" "$round"
  "$crlite_mirror" --state "$mirror_state" --output "$mirror_tree" --keep 0d "${rs[@]}" \
    >"$work/out" 2>&1 &
  victim=$!
  moment=$((RANDOM % run_ms))
  sleep "$((moment / 1000)).$(printf '%03d' $((moment % 1000)))"
  kill -9 "$victim" 2>/dev/null || true
  status=0
  wait "$victim" 2>/dev/null || status=$?
  if ((status == 137)); then killed=$((killed + 1)); fi
  if ((status == 137)) && compgen -G "$mirror_tree/$round-*" >/dev/null; then
    halfway=$((halfway + 1))
  fi
  # nginx tells versions apart by size and second.
  touch -d "$((60 - round)) minutes ago" "$mirror_tree"/*.json
  rm -rf "$work/upki" "$state"
  upki_client fetch "$mirror" "$upki" || fail "round $round: the tree does not hold together"
  client_of "$mirror"
  run_sync 0
  found=$(answer)
  [[ $found == "$wanted" || $found == "$other" ]] || fail "round $round: $found"
  run_mirror 0 --keep 0d
  run_sync 0
  expect_answer "$wanted"
  found=$(find "$mirror_tree" "$mirror_state" -name '*crlite-tmp*')
  [[ -z $found ]] || fail "round $round: left over: $found"
  found=$(find "$mirror_tree" -type f | wc -l)
  ((found == 10)) || fail "round $round: $found files, wanted 4 filters, 3 patches, a chain, 2 lists"
  found=$(ls "$mirror_state")
  [[ $found == $'filters\nfloors.json\nincoming\nlock\nsuperseded.json' ]] || fail "left over: $found"
done
echo "killed $killed of 24 runs before their end, $halfway of them while they published"
((halfway > 0)) || fail 'no run was killed while it published'
