#!/usr/bin/env bash
# After init the module makes no system call, except on a refusal and, once, when the generation
# changed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs strace
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
module_world 'journal = yes'

# between FROM TO: the system calls between two of the host's marks, in order. libcrypto allocates,
# which may move the heap's end (brk). Which open and which fstat it is, is libc's choice.
between() {
  grep -q "write(1, \"$2" "$work/trace" || fail "no '$2' from the host: $(cat "$work/stderr")"
  sed -n "/write(1, \"$1/,/write(1, \"$2/p" "$work/trace" |
    sed '1d; $d; s/(.*//; s/^openat$/open/; s/^newfstatat$/fstat/; /^brk$/d'
}

# calls NAME COUNT: the system calls of COUNT verifications, each once.
calls() {
  run_host "$1" "$2" env OPENSSL_CONF="$work/openssl.cnf" strace -o "$work/trace"
  between begin end | sort -u
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

# A new generation while the host lives, in which its certificate is revoked.
mkfifo "$work/go"
OPENSSL_CONF=$work/openssl.cnf exec strace -o "$work/trace" \
  "$host" "$pki/root.pem" "$pki/good.test.pem" 100 wait <"$work/go" >"$work/output" 2>"$work/stderr" &
pids+=("$!")
exec {go}>"$work/go"
for _ in {1..200}; do
  ! grep -q waiting "$work/output" || break
  sleep 0.05
done
feed_build "$pki" "$work" "$revoked_serial" "$good_serial"
"$crlite_sync" --state "$state" --source "dir:$work/mirror" >"$work/sync.log" 2>&1 ||
  fail "crlite-sync: $(cat "$work/sync.log")"
echo >&"$go"
wait "${pids[-1]}" || true
grep -q '^result: 23 ' "$work/output" || fail "no reload: $(cat "$work/output" "$work/stderr")"
seen=$(between first begin)
# Who the process is matters only if the file is not root's; whether it can write, only if it is
# nobody's.
(($(grep -c '^geteuid$' <<<"$seen") <= 1)) || fail "system calls on a reload: $seen"
(($(grep -cE '^faccessat2?$' <<<"$seen") <= 1)) || fail "system calls on a reload: $seen"
[[ $(grep -vxE 'geteuid|faccessat2?' <<<"$seen" | xargs) == 'open fstat mmap close munmap' ]] ||
  fail "system calls on a reload: $seen"
echo "on a reload: $(xargs <<<"$seen")"
seen=$(between begin end)
[[ -z $seen ]] || fail "system calls after a reload: $seen"
echo 'none after it'
