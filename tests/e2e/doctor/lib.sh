# shellcheck shell=bash disable=SC2034  # the tests use what is set here
# A healthy machine in mount and network namespaces of its own: copies of /etc, of OpenSSL's modules
# directory and of /var/lib, the module in it, signed data, and crlite enabled. Sourced, first.

# Everything here happens in namespaces that nobody else sees.
if [[ -z ${CRLITE_PRIVATE_MACHINE:-} ]]; then
  ((EUID == 0)) || { echo 'skipped: needs root'; exit 77; }
  unshare -m true 2>/dev/null || { echo 'skipped: no mount namespaces here'; exit 77; }
  CRLITE_PRIVATE_MACHINE=yes exec unshare -m --propagation private "$BASH" "$0" "$@"
fi
source "$(dirname "${BASH_SOURCE[0]}")/../sync/signed.sh"

# What is broken here is never the real thing: everything else can only be read.
mount --bind "$(dirname "$work")" "$(dirname "$work")"
mount -t tmpfs tmpfs /run # no systemd is at work here
mount -o remount,bind,ro / 2>/dev/null || skip 'cannot make the root directory read-only'

modules=$(openssl version -m | cut -d'"' -f2)
openssl_cnf=/etc/ssl/openssl.cnf
machine=(/etc "$modules" /var/lib) # what may be broken
PATH=$build/bin:$PATH
unset OPENSSL_MODULES

# machine_start: makes it, and keeps what machine_restore brings back.
machine_start() {
  local directory
  for directory in "${machine[@]}"; do
    mkdir -p "$work/machine$directory" "$work/healthy"
    # Nothing of /var/lib is needed but its directory.
    [[ $directory == /var/lib ]] || cp -a "$directory/." "$work/machine$directory"
    mount --bind "$work/machine$directory" "$directory"
  done
  [[ -e $openssl_cnf ]] || fail "no $openssl_cnf"
  install -m 0644 "$build/lib/crlite.so" "$modules"
  install -m 0644 "$build"/conf/systemd/*.service "$root"/conf/systemd/*.timer \
    "$root"/conf/systemd/*.path /etc/systemd/system
  needs systemctl
  systemctl enable crlite-sync.timer 2>"$work/systemctl.log" ||
    { cat "$work/systemctl.log"; fail 'systemctl enable'; }
  machine_configure
  mkdir -m 0755 /var/lib/crlite
  crlite-sync >"$work/sync.log" 2>&1 || { cat "$work/sync.log"; fail 'crlite-sync'; }
  crlite enable >"$work/enable.log" 2>&1 || { cat "$work/enable.log"; fail 'crlite enable'; }
  for directory in "${machine[@]}"; do
    mkdir -p "$work/healthy$directory"
    cp -a "$directory/." "$work/healthy$directory"
  done
}

# The data comes from a file with a signature, as on a machine without a network.
machine_configure() {
  rs_start
  rs_offer revoked
  crlite-sync "${rs[@]}" --state "$state" >"$work/sync.log" 2>&1 || { cat "$work/sync.log"; fail sync; }
  mkdir -p /etc/crlite
  crlite-sync export "$work/data.capsule" --state "$state"
  printf 'sources:\n  - type: capsule\n    path: %s\n    root-sha256: [%s]\n' "$work/data.capsule" \
    "$pin" >/etc/crlite/config.yaml
  unset SSL_CERT_FILE
}

# machine_restore: all that was broken, and nothing else.
machine_restore() {
  local directory
  for directory in "${machine[@]}"; do
    find "$directory" -mindepth 1 -delete
    cp -a "$work/healthy$directory/." "$directory"
  done
}

# doctor: leaves its answer in $work/doctor.json and its status in $doctor_status.
doctor() {
  doctor_status=0
  crlite doctor --json >"$work/doctor.json" 2>"$work/doctor.err" || doctor_status=$?
  [[ -s $work/doctor.json ]] || fail "crlite doctor: exit $doctor_status: $(<"$work/doctor.err")"
}

# finding ID MEMBER: of the first finding with that id; empty: there is none.
finding() {
  /usr/bin/python3 - "$work/doctor.json" "$1" "$2" <<'END'
import json, sys
document = json.load(open(sys.argv[1]))
for finding in document["findings"]:
    if finding["id"] == sys.argv[2] and finding["severity"] != "ok":
        print(finding[sys.argv[3]])
        break
END
}

# findings: what doctor found wrong, one line each.
findings() {
  /usr/bin/python3 -c 'import json, sys
for f in json.load(open(sys.argv[1]))["findings"]:
    if f["severity"] != "ok": print("  ", f["severity"], f["id"], "|", f["what"], "|", f["mend"])' \
    "$work/doctor.json"
}
