#!/usr/bin/env bash
# The openssl program: verify (certificate files, no connection); s_client without
# -verify_return_error, which connects all the same but tells the error; and s_server with a revoked
# certificate of its own, which must go on serving.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
world_start

verify() {
  openssl verify -CAfile "$pki/root.pem" -untrusted "$pki/intermediate.pem" "$pki/$1.pem" &&
    echo hello
}
partial_chain() {
  openssl verify -partial_chain -trusted "$pki/intermediate.pem" "$pki/$1.pem" && echo hello
}
for command in verify partial_chain; do
  expect_accepted "$command: revoked without the module" without_module $command revoked.test
  expect_accepted "$command: good" with_module $command good.test
  expect_accepted "$command: private CA" with_module $command unlogged.test
  expect_refused "$command: revoked" 'error 23 at 0 depth lookup: certificate revoked' \
    with_module $command revoked.test
  mv "$snapshot" "$snapshot.away"
  expect_accepted "$command: revoked without snapshot" with_module $command revoked.test
  mv "$snapshot.away" "$snapshot"
done

# return_code URL: the last word of s_client on the connection.
return_code() {
  openssl s_client -CAfile "$pki/root.pem" -connect "localhost:${1//[!0-9]/}" </dev/null 2>&1 |
    grep -m1 'Verify return code' | sed 's/^ *//'
}
[[ $(with_module return_code "$good") == 'Verify return code: 0 (ok)' ]] || fail 's_client: good'
[[ $(without_module return_code "$revoked") == 'Verify return code: 0 (ok)' ]] ||
  fail 's_client: revoked without the module'
[[ $(with_module return_code "$revoked") == 'Verify return code: 23 (certificate revoked)' ]] ||
  fail 's_client: revoked'

# Who asks for no verification gets none.
expect_accepted 'curl --insecure' with_module curl -sS --insecure "$revoked"

# libssl builds the missing chain of leaf.pem at each handshake, by a verification of which it ignores
# the result: the client, which knows the root alone, must get the intermediate.
openssl x509 -in "$pki/revoked.test.pem" -out "$pki/leaf.pem"
cat "$pki/intermediate.pem" "$pki/root.pem" >"$pki/all.pem"
: >"$work/s_server.log" # read before the server may have made it
with_module exec openssl s_server -accept 127.0.0.1:0 -www -cert "$pki/leaf.pem" \
  -key "$pki/revoked.test.key" -CAfile "$pki/all.pem" </dev/null >>"$work/s_server.log" 2>&1 &
pids+=("$!")
for _ in {1..100}; do
  port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$work/s_server.log")
  [[ -z $port ]] || break
  sleep 0.05
done
[[ $(without_module return_code "$port") == 'Verify return code: 0 (ok)' ]] ||
  fail "s_server with a revoked certificate: $(cat "$work/s_server.log")"
echo 'accepted, as it should: s_server with a revoked certificate of its own'
