#!/bin/bash
# What crlite-sync prints: lines, one JSON document, or nothing.
source "$(dirname "$0")/signed.sh"
rs_start
mkdir "$work/empty"

# json EXPRESSION: its value for the document d on stdout, which is one of schema 1.
json() {
  /usr/bin/python3 -c 'import json, sys
d = json.load(sys.stdin)
assert d["schema"] == 1
print(eval(sys.argv[1]))' "$1" <"$work/out"
}
# expect_json EXPRESSION VALUE
expect_json() {
  local found
  found=$(json "$1") || fail "$1: $(<"$work/out")"
  [[ $found == "$2" ]] || fail "$1 is $found, wanted $2: $(<"$work/out")"
}

echo '- new data'
rs_offer good
run_sync 0 "${rs[@]}" --json
[[ -z $err ]] || fail "also said: $err"
expect_json 'sorted(d)' "['exit_status', 'fetch', 'publish', 'schema', 'steps', 'warnings']"
expect_json 'd["exit_status"], d["warnings"]' '(0, [])'
expect_json '[step.split(":")[0] for step in d["steps"]]' "['fetch', 'publish']"
for record in fetch publish; do
  expect_json "d['$record']['schema'], d['$record']['exit_status'], d['$record']['signed']" \
    '(1, 0, True)'
  expect_json "d['$record']['data_time_ms']" "$rs_time"
  expect_json "d['$record']['source']" "${rs[1]}"
  expect_json "d['$record']['started_ms'] <= d['$record']['ended_ms']" True
done
expect_json 'd["fetch"]["requests"]' 5
expect_json 'd["fetch"]["received_bytes"] > d["fetch"]["sent_bytes"] > 0' True
expect_json 'd["publish"]["generation"]' 1

echo '- nothing new, and a failure'
run_sync 0 --json "${rs[@]}"
expect_json 'd["exit_status"], d["fetch"]["requests"]' '(0, 1)'
run_sync 1 --json --source "dir:$work/empty"
expect_json 'd["exit_status"], d["fetch"]["exit_status"], "publish" in d' '(1, 1, False)'
expect_json 'd["warnings"][-1]' \
  'no source gave verified data; what was published stays in force'
run_sync 0 --json verify
expect_json 'd["exit_status"]' 0

echo '- quiet: nothing but what is wrong'
for kind in revoked good; do
  rs_offer "$kind"
  run_sync 0 --quiet "${rs[@]}"
  [[ -z $out$err ]] || fail "said: $out$err"
done
run_sync 0 --quiet "${rs[@]}" # nothing new
[[ -z $out$err ]] || fail "said: $out$err"
expect_answer NotRevoked
run_sync 1 --quiet --source "dir:$work/empty"
[[ -z $out ]] || fail "said: $out"
expect_text 'crlite-sync: no source gave verified data' "$err"
run_sync 64 --quiet --json "${rs[@]}"
