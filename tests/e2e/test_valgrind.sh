#!/usr/bin/env bash
# valgrind finds nothing in a real client with the module that it does not find without it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs valgrind
world_start

# findings URL HOST: what valgrind counts while s_client asks URL and wants the name HOST.
findings() {
  local address=${1#https://} log=$work/valgrind.log
  printf 'GET / HTTP/1.0\r\n\r\n' |
    valgrind --log-file="$log" --leak-check=full openssl s_client -quiet -verify_return_error \
      -verify_hostname "$2" -CAfile "$pki/root.pem" -connect "${address%/}" >"$work/output" 2>&1 ||
    true
  grep 'ERROR SUMMARY' "$log" | sed 's/^==[0-9]*== *//' # leaks are errors here
}

# compare WHAT WITH WITHOUT: prints both where they differ.
compare() {
  [[ $2 == "$3" ]] ||
    fail "$1: with the module:"$'\n'"$2"$'\n'"without it:"$'\n'"$3"$'\n'"$(cat "$work/valgrind.log")"
  echo "$1: same findings: $2"
}

accepted=$(without_module findings "$good" localhost)
refused=$(without_module findings "$good" elsewhere) # another reason to refuse, the same way out
with_accepted=$(with_module findings "$good" localhost)
grep -q hello "$work/output" || fail "not accepted: $(cat "$work/output")"
compare 'accepted' "$with_accepted" "$accepted"
with_refused=$(with_module findings "$revoked" localhost)
grep -q 'certificate revoked' "$work/output" || fail "not refused: $(cat "$work/output")"
compare 'refused' "$with_refused" "$refused"
