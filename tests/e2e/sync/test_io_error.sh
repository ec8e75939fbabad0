#!/bin/bash
# A disk that fails: each call that writes fails once, in one run each. What was in force stays, or the
# new data is whole, and the run that meets no error mends all.
#
# test_io_error.sh [CALL...]
source "$(dirname "$0")/signed.sh"
needs strace
strace -o /dev/null true 2>/dev/null || skip 'no permission to trace'
(($#)) || set -- fsync fdatasync syncfs ftruncate fallocate renameat2 rename write pwrite64
rs_start

# run_failing CALL N: a sync whose Nth CALL fails. Sets status.
run_failing() {
  status=0
  strace -f -qq -o "$work/trace" -e trace="$1" -e inject="$1:error=EIO:when=$2" \
    "$crlite_sync" --config "$work/config.yaml" --state "$state" "${rs[@]}" \
    >"$work/out" 2>"$work/err" </dev/null || status=$?
}

rs_offer good
run_sync 0 "${rs[@]}"
kind=good
for call; do
  for ((n = 1; n < 200; ++n)); do
    before=$(answer)
    if [[ $before == NotRevoked ]]; then kind=revoked wanted=Revoked; else kind=good wanted=NotRevoked; fi
    rs_offer "$kind"
    run_failing "$call" "$n"
    grep -q INJECTED "$work/trace" || break
    case $status in
      0) found=$wanted ;; # what failed was none of the data
      1 | 74) found=$before ;;
      *) fail "$call $n: exit $status: $(<"$work/err")" ;;
    esac
    [[ $status == 0 || -s $work/err ]] || fail "$call $n: exit $status without a message"
    [[ $(answer) == "$found" || $(answer) == "$wanted" ]] || fail "$call $n: answers $(answer)"
    # Otherwise the new data could be taken back.
    [[ $(answer) == "$before" ]] || grep -q "\"signed:default\": $rs_time" "$state/floors.json" ||
      fail "$call $n: new data is in force, and its floor is not"
    run_sync 0 "${rs[@]}"
    expect_answer "$wanted"
    expect_no_debris
  done
  ((status == 0)) || fail "$call: never succeeded: $(<"$work/err")"
  echo "$call: $((n - 1)) failures survived"
done

# Killed before the disk was told to keep the new filters: the next run finds them, and tells it.
rs_offer good
run_sync 0 "${rs[@]}"
rs_offer revoked
status=0
{
  strace -f -qq -o "$work/trace" -e trace=syncfs -e inject=syncfs:error=EIO:signal=KILL \
    "$crlite_sync" --config "$work/config.yaml" --state "$state" "${rs[@]}" || status=$?
} >/dev/null 2>&1
((status == 137)) || fail "killed before syncfs: exit $status"
strace -f -qq -o "$work/trace" -e trace=syncfs \
  "$crlite_sync" --config "$work/config.yaml" --state "$state" "${rs[@]}" >"$work/out" 2>&1 ||
  fail "after the kill: $(<"$work/out")"
grep -q 'syncfs(.*= 0' "$work/trace" || fail 'filters of a run that was killed: never synced'
expect_answer Revoked
expect_no_debris
