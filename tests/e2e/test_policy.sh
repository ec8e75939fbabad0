#!/usr/bin/env bash
# The roll-out of the README: `mode` in config.yaml decides for a process that lives, at its next check
# after `crlite-sync publish`, which takes less than a second and no network.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs /usr/bin/python3
world_start

coproc client { with_module exec /usr/bin/python3 "$root/tests/e2e/live_client.py" "$pki/root.pem"; }
# shellcheck disable=SC2154  # set by coproc
pids+=("$client_PID")
from=${client[0]} to=${client[1]}

# ask_client WANTED WHAT: the process that lives connects to the revoked site anew.
ask_client() { ask "$from" "$to" "$revoked" "$@"; }

# publish: without a network where that is permitted.
alone=()
if unshare -n true 2>/dev/null; then alone=(unshare -n); fi
publish() {
  local start=${EPOCHREALTIME/./} took
  "${alone[@]}" "$crlite_sync" publish --config "$work/policy.yaml" --state "$state" \
    >"$work/publish.log" 2>&1 || fail "crlite-sync publish: exit $?: $(<"$work/publish.log")"
  took=$((${EPOCHREALTIME/./} - start))
  ((took < 1000000)) || fail "crlite-sync publish took $took microseconds"
}

ask_client 'refused: certificate revoked' 'no policy given'
for mode in shadow off; do
  echo "policy: {mode: $mode}" >"$work/policy.yaml"
  publish
  ask_client accepted "mode: $mode"
  echo 'policy: {mode: enforce}' >"$work/policy.yaml"
  ask_client accepted "mode: $mode, and enforce is not published yet"
  publish
  ask_client 'refused: certificate revoked' 'mode: enforce'
done
