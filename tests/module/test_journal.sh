#!/usr/bin/env bash
# What a host and a journal notice of a refusal: with journald's socket, with syslog's alone, with
# neither, and with sockets that take nothing. The verification comes out the same each time, in no
# more time, and nothing is on stderr.
source "$(dirname "${BASH_SOURCE[0]}")/../support/own_mounts.sh"
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
module_world ""
native=/run/systemd/journal/socket syslog=/dev/log

# listen KIND PATH: what arrives at PATH is printed into $work/KIND.
listen() {
  python3 "$(dirname "${BASH_SOURCE[0]}")/journal_socket.py" "$1" "$2" \
    >"$work/$1" 2>"$work/$1.errors" </dev/null &
  listeners+=("$!")
  for _ in {1..200}; do
    ! grep -qs ready "$work/$1" || return 0
    sleep 0.05
  done
  fail "no listener at $2: $(cat "$work/$1.errors")"
}
listeners=()
hush() {
  kill "${listeners[@]}" 2>/dev/null || true
  wait "${listeners[@]}" 2>/dev/null || true
  listeners=()
  rm -f "$native" "$syslog" "$work/native" "$work/syslog" "$work/deaf"
}
trap 'hush; clean_up' EXIT

# refuse: two refusals in a process called "module_host"; then they have arrived, if they ever do.
refuse() {
  local begin=${EPOCHREALTIME/./}
  run_host revoked.test 1 env OPENSSL_CONF="$work/openssl.cnf"
  took=$(((${EPOCHREALTIME/./} - begin) / 1000))
  ((status == 7)) || fail "exit code $status: $(cat "$work/stderr")"
  grep -q '^result: 23 ' "$work/output" || fail "not refused: $(cat "$work/output")"
  [[ ! -s $work/stderr ]] || fail "standard error: $(cat "$work/stderr")"
  ((took < 5000)) || fail "took $took ms"
  sleep 0.2
}
expect() { # FILE LINE-REGEX COUNT
  [[ ! -s $work/$1.errors ]] || fail "$(cat "$work/$1.errors")"
  local count
  count=$(grep -cE "$2" "$work/$1" || true)
  ((count == $3)) || fail "$count lines '$2', not $3, in: $(cat "$work/$1")"
}
issuer=$(openssl x509 -in "$pki/intermediate.pem" -noout -pubkey |
  openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1)
serial=$revoked_serial
message="refused a revoked certificate: serial $serial, issuer $issuer, program module_host"

listen native "$native"
listen syslog "$syslog"
refuse
expect native "^MESSAGE=$message\$" 2
for field in PRIORITY=4 SYSLOG_IDENTIFIER=crlite 'SYSLOG_PID=[1-9][0-9]*' CRLITE_PROGRAM=module_host \
  CRLITE_ACTION=refused CRLITE_RULE=revoked CRLITE_OUTCOME=Revoked "CRLITE_SERIAL=$serial" \
  "CRLITE_ISSUER=$issuer" 'CRLITE_FILTER=[^ ]+\.filter' 'CRLITE_GENERATION=1' CRLITE_MODE=enforce \
  'CRLITE_REASON=answered by the filters'; do
  expect native "^$field\$" 2
done
expect native '=' 28 # 14 fields an entry, each of which is known above
expect syslog '' 1   # "ready"
hush
echo "journald's socket: an entry for each refusal, in its native protocol"

listen syslog "$syslog"
refuse
expect syslog "^<12>crlite\[[1-9][0-9]*\]: $message\$" 2
expect syslog '' 3
hush
echo "syslog's socket alone: a line for each refusal"

refuse
echo "neither: the same verification, $took ms"

listen deaf "$native"
refuse
hush
echo "journald's socket takes nothing: the same verification, $took ms"

listen deaf "$native"
listen syslog "$syslog"
refuse
expect syslog "^<12>crlite\[[1-9][0-9]*\]: $message\$" 2
hush
echo "journald's socket takes nothing, syslog's does: a line for each refusal"

listen native "$native"
openssl_cnf "$build/lib/crlite.so" "$snapshot" 'journal = no' >"$work/openssl.cnf"
refuse
expect native '' 1
hush
echo 'journal = no: silence'
