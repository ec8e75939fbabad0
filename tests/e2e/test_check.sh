#!/usr/bin/env bash
# `crlite check` with the chain that curl received.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
world_start

# check URL STATUS OUTCOME OPTION...
check() {
  local status=0
  curl -sS --cacert "$pki/root.pem" -o /dev/null -w '%{certs}' "$1" >"$work/chain.pem"
  "$crlite" check "${@:4}" <"$work/chain.pem" >"$work/output" || status=$?
  ((status == $2)) || fail "check of $1: exit $status instead of $2: $(cat "$work/output")"
  [[ $(head -n 1 "$work/output") == "$3" ]] || fail "check of $1: $(cat "$work/output")"
  echo "$3, exit $2: ${*:4}"
}
filter=$(echo "$work"/mirror/*.filter)
for data in "--snapshot $snapshot" "--filter $filter"; do
  # shellcheck disable=SC2086  # option and value
  {
    check "$good" 0 NotRevoked $data
    check "$revoked" 2 Revoked $data
    check "$unlogged" 3 NotCovered $data
    check "$revoked" 3 NotCovered $data --at 2020-01-01T00:00:00Z
  }
done
