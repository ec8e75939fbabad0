#!/usr/bin/env bash
# An exemption from its beginning to its end, with unmodified programs: a revoked site is refused,
# accepted once `crlite exempt add` has run, also by a process that lives, and refused again when the
# exemption is removed, or ends.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs curl
needs /usr/bin/python3
world_start
echo '{}' >"$work/config.yaml"

get() { curl -sS --cacert "$pki/root.pem" "$1"; }
exempt() {
  "$crlite" exempt "$1" --config "$work/config.yaml" --state "$state" "${@:2}" \
    >"$work/exempt.log" 2>&1 || fail "crlite exempt $*: exit $?: $(<"$work/exempt.log")"
}
# ask_client WANTED WHAT: the process that lives connects to the revoked site anew.
ask_client() { ask "$from" "$to" "$revoked" "$@"; }
expect_all_refused() {
  expect_refused "$1" 'certificate revoked' with_module get "$revoked"
  ask_client 'refused: certificate revoked' "$1, a process that lives"
}
expect_all_accepted() {
  expect_accepted "$1" with_module get "$revoked"
  ask_client accepted "$1, a process that lives"
}

coproc client { with_module exec /usr/bin/python3 "$root/tests/e2e/live_client.py" "$pki/root.pem"; }
# shellcheck disable=SC2154  # set by coproc
pids+=("$client_PID")
from=${client[0]} to=${client[1]}
expect_all_refused 'no exemption'

tomorrow=$(date -u -d '1 day' +%F)
exempt add --cert "$pki/revoked.test.pem" --reason 'ticket 17' --until "$tomorrow"
id=$(grep -oE '^[0-9a-f]{16}' "$work/exempt.log")
expect_all_accepted 'exempt'
exempt list
grep -q "^$id  in force" "$work/exempt.log" || fail "list: $(<"$work/exempt.log")"
exempt remove "$id"
expect_all_refused 'exemption removed'

end=$(($(date +%s) + 8))
exempt add --cert "$pki/revoked.test.pem" --reason 'a moment' --until "$(date -u -d "@$end" +%FT%TZ)"
expect_all_accepted 'exempt for a moment'
while (($(date +%s) <= end)); do sleep 0.2; done
expect_all_refused 'the moment has passed'
exempt list
grep -q "^$id  ended" "$work/exempt.log" || fail "list: $(<"$work/exempt.log")"
