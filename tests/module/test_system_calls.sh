#!/usr/bin/env bash
# After init the module makes no system call, except on a refusal and when the generation changed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs strace
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
module_world 'journal = yes'

# calls NAME COUNT: the system calls between the host's marks, each once. libcrypto allocates, which
# may move the heap's end (brk).
calls() {
  run_host "$1" "$2" env OPENSSL_CONF="$work/openssl.cnf" strace -o "$work/trace"
  grep -q 'write(1, "end' "$work/trace" || fail "the host did not end: $(cat "$work/stderr")"
  sed -n '/write(1, "begin/,/write(1, "end/p' "$work/trace" | sed '1d; $d; s/(.*//' | sort -u |
    grep -vx brk || true
}

seen=$(calls good.test 100)
[[ -z $seen ]] || fail "system calls while accepting: $seen"
echo 'none for 100 accepted certificates'
opened=$(grep -c "open.*$snapshot\"" "$work/trace")
((opened == 1)) || fail "the snapshot is opened $opened times"

seen=$(calls revoked.test 5)
[[ -z $seen || -z $(grep -vxE 'getpid|socket|sendto|close' <<<"$seen" || true) ]] ||
  fail "system calls on refusals: $seen"
grep -q socket <<<"$seen" || fail 'a refusal left no journal line'
echo "on refusals: $(tr '\n' ' ' <<<"$seen")"

openssl_cnf "$build/lib/crlite.so" "$snapshot" 'journal = no' >"$work/openssl.cnf"
seen=$(calls revoked.test 5)
[[ -z $seen ]] || fail "system calls on refusals with journal = no: $seen"
echo 'none on refusals with journal = no'
