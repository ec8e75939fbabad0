#!/usr/bin/env bash
# A process with the module looks like the same process without it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
module_world 'journal = no'

run_host good.test 3 without_module
((status == 7)) || fail "the host alone ends with $status: $(cat "$work/stderr")"
grep -q '^result: 0 ' "$work/output" || fail "the host alone: $(cat "$work/output")"
cp "$work/output" "$work/plain"
grep -q '^allocations in a verification: [1-9]' "$work/plain" || fail 'allocations are not counted'
run_host good.test 3 with_module
((status == 7)) || fail "exit code $status with the module, 7 without"
[[ ! -s $work/stderr ]] || fail "standard error: $(cat "$work/stderr")"
difference=$(diff "$work/plain" "$work/output" || true)
[[ $difference == *'maps /snapshot: no'*'maps /snapshot: yes'* ]] ||
  fail "the snapshot is not mapped: $(cat "$work/output")"
(($(grep -c '^[<>]' <<<"$difference") == 2)) ||
  fail "the module changed more than the mapping: $difference"
echo 'threads, descriptors, signals, error queue, allocations, stderr and exit code are as without the module'

# check_refusals [LINE...]: the lines go into the module's section.
check_refusals() {
  openssl_cnf "$build/lib/crlite.so" "$snapshot" "$@" >"$work/openssl.cnf"
  run_host revoked.test 3 with_module
  grep -q '^result: 23 ' "$work/output" || fail "the revoked one: $(cat "$work/output")"
  grep -q '^error queue: 0$' "$work/output" || fail 'a refusal left something on the error queue'
  ((status == 7)) || fail "exit code $status after refusals, 7 without the module"
  [[ ! -s $work/stderr ]] || fail "standard error after refusals: $(cat "$work/stderr")"
  diff <(grep -v -e '^result' -e '^maps' "$work/plain") \
    <(grep -v -e '^result' -e '^maps' "$work/output") ||
    fail 'a refusal changed the process'
}
check_refusals 'journal = no'
echo 'so are they after refusals'
check_refusals
echo 'so are they after refusals that the journal is told of'
