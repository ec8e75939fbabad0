#!/usr/bin/env bash
# From an unmodified program to `crlite refusals`: curl and nginx, the module, a journald of the
# test's own, journalctl. Shadow mode refuses nothing and tells all that enforcing would refuse.
source "$(dirname "${BASH_SOURCE[0]}")/../support/own_mounts.sh"
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs journalctl
journald=/lib/systemd/systemd-journald
[[ -x $journald ]] || skip "$journald is not there"
[[ -s /etc/machine-id ]] || skip 'no machine id, without which journald keeps nothing'
world_start

"$journald" >"$work/journald.log" 2>&1 &
pids+=("$!")
for _ in {1..100}; do
  [[ ! -S /run/systemd/journal/socket ]] || break
  sleep 0.05
done
[[ -S /run/systemd/journal/socket ]] || skip "journald does not run here: $(cat "$work/journald.log")"

get() { curl -sS --cacert "$pki/root.pem" "$1"; }
# refusals [OPTION...]: in $work/refusals, once journald has written what it was told.
refusals() {
  journalctl --sync >/dev/null 2>&1 || sleep 1
  "$crlite" refusals "$@" >"$work/refusals" 2>"$work/messages" ||
    fail "crlite refusals $*: exit $?: $(cat "$work/messages")"
}
# lines REGEX COUNT
lines() {
  local count
  count=$(grep -cE -- "$1" "$work/refusals" || true)
  ((count == $2)) || fail "$count lines '$1', not $2, in: $(cat "$work/refusals" "$work/messages")"
}

refusals
lines '^the module refused nothing$' 1
lines '' 1
echo 'an empty journal: says so'

openssl_cnf "$work/crlite.so" "$snapshot" 'mode = shadow' >"$work/openssl.cnf"
expect_accepted 'revoked site in shadow mode' with_module get "$revoked"
expect_accepted 'good site in shadow mode' with_module get "$good"
refusals
issuer=$(openssl x509 -in "$pki/intermediate.pem" -noout -pubkey |
  openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1)
facts="rule revoked, serial $revoked_serial, issuer $issuer, filter [^ ]*\.filter"
lines "^20[0-9T:-]*Z curl\[[0-9]+\]: would have been refused, $facts, mode shadow\$" 1
lines '^in all: 1 would have been refused$' 1
lines '^curl: 1 would have been refused$' 1
echo 'shadow mode: one entry, for the revoked site'

sleep 1
since=$(date '+%F %T')
openssl_cnf "$work/crlite.so" "$snapshot" >"$work/openssl.cnf"
expect_refused 'revoked site' 'certificate revoked' with_module get "$revoked"
refusals --since "$since"
lines "^20[0-9T:-]*Z curl\[[0-9]+\]: refused, $facts, mode enforce\$" 1
lines '^in all: 1 refused$' 1
refusals
lines '^in all: 1 refused, 1 would have been refused$' 1
journalctl -o cat --output-fields=PRIORITY SYSLOG_IDENTIFIER=crlite CRLITE_ACTION=refused |
  grep -qx 4 || fail 'a refusal has not priority 4'
echo 'enforcing: one entry more, of priority 4, and --since finds it alone'

# Entries that only somebody else can have written.
python3 - <<'EOF'
import socket
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
def send(*fields):
    entry = b"SYSLOG_IDENTIFIER=crlite\n"
    for name, value in fields:
        entry += name + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"
    journal.sendto(entry, "/run/systemd/journal/socket")
send((b"CRLITE_ACTION", b"refused"), (b"CRLITE_PROGRAM", b"ev\x1b[31mil\nlines"))
send((b"CRLITE_ACTION", b"refused"), (b"CRLITE_SERIAL", b"\xff\xfe\n"), (b"CRLITE_PROGRAM", b"\xe2\x80"))
send((b"CRLITE_ACTION", b"refused"), (b"CRLITE_ISSUER", b"a" * 10000))
send((b"CRLITE_ACTION", b"refused"), (b"CRLITE_RULE", b"one"), (b"CRLITE_RULE", b"two"))
send((b"CRLITE_ACTION", b"something"))
send((b"CRLITE_ACTION", b"refused"), (b"CRLITE_ACTION", b"withheld"))
send((b"MESSAGE", b"the new snapshot cannot be used"))
EOF
sleep 0.5
refusals
! LC_ALL=C grep -q '[^[:print:]]' "$work/refusals" || fail "not printable: $(cat -v "$work/refusals")"
lines '^20[0-9T:-]*Z .*: refused' 5
lines '^in all: 5 refused, 1 would have been refused$' 1
lines '^20.* ev\?\[31mil\?lines\[' 1
lines '^1 more message of the module about itself' 1
grep -q '^crlite: journal: 2 lines left out' "$work/messages" || fail "$(cat "$work/messages")"
echo 'entries of others: no control character passes'

refusals --json
python3 - "$work/refusals" <<'EOF'
import json, sys
*entries, last = map(json.loads, open(sys.argv[1]))
assert all(line["schema"] == 1 for line in entries + [last])
shadow, enforced = entries[0]["entry"], entries[1]["entry"]
assert (shadow["action"], enforced["action"]) == ("withheld", "refused"), entries
assert shadow["program"] == "curl" and shadow["rule"] == "revoked", shadow
assert shadow["time_ms"] > 1.7e12 and int(shadow["pid"]) > 0, shadow
summary = last["summary"]
assert summary["refused"] == 5 and summary["withheld"] == 1, summary
assert summary["programs"]["curl"]["refused"] == 1, summary
assert summary["messages"] == 1 and summary["unreadable"] == 2, summary
EOF
echo '--json: the same'
