#!/usr/bin/env bash
# crlite doctor on a healthy machine that is broken in one way after the other: it names what is
# wrong by its id, and the command that it gives mends it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

num_failed=0
complain() {
  echo "FAILED: $*"
  findings
}

# broken ID COMMAND...: after COMMAND, doctor finds ID, exits 1 or 2, and its command makes it exit 0.
# Commands run in this shell, as `unset` is one of those that mend.
broken() { broken_but_mended_by '' "$@"; }

# broken_but_mended_by MEND ID COMMAND...: the same, where the command that doctor gives opens an
# editor: MEND is what a person would do there.
broken_but_mended_by() {
  if (mend_one "$1" "$2" "${*:3}"); then
    echo "found and mended: $2: ${*:3}"
  else
    num_failed=$((num_failed + 1))
  fi
  machine_restore
}

# mend_one MEND ID COMMAND: returns whether all was as it should be.
mend_one() {
  local by_hand=$1 id=$2 mend
  eval "$3"
  doctor
  mend=$(finding "$id" mend)
  if ((doctor_status != 1 && doctor_status != 2)) || [[ -z $mend ]]; then
    complain "$id after '$3': exit $doctor_status"
    return 1
  fi
  [[ -n $(finding "$id" why) ]] || { complain "$id: does not say why it matters"; return 1; }
  if [[ -n $by_hand ]]; then
    [[ $mend == sensible-editor* ]] || { complain "$id: '$mend' opens no editor"; return 1; }
    mend=$by_hand
  fi
  eval "$mend" >"$work/mend.log" 2>&1 ||
    { complain "$id: '$mend': exit $?: $(<"$work/mend.log")"; return 1; }
  doctor
  ((doctor_status == 0)) ||
    { complain "$id: not healthy after '$mend': $(<"$work/mend.log")"; return 1; }
}

# cnf SCRIPT: changes openssl.cnf by sed.
cnf() { sed -i "$1" "$openssl_cnf"; }
# setting LINE: adds it to the module's section.
setting() { cnf "/^\[ *$section *\]/,/^\[/s|^activate.*|&\n$1|"; }
# snapshot_bytes OFFSET HEX: overwrites them.
snapshot_bytes() {
  printf '%b' "\\x${2//,/\\x}" | dd of=/var/lib/crlite/snapshot bs=1 seek="$1" conv=notrunc status=none
}
# damage_columns: every bit of every column becomes 0, the self-test's too; the file still opens
# (docs/snapshot-format.md, "Blob").
damage_columns() {
  /usr/bin/python3 - /var/lib/crlite/snapshot <<'END'
import struct, sys
content = bytearray(open(sys.argv[1], "rb").read())
mask_words = struct.unpack_from("<I", content, 52)[0]
for entry in range(128, 128 + 24 * struct.unpack_from("<I", content, 12)[0], 24):
    section, _, offset, length = struct.unpack_from("<IIQQ", content, entry)
    if section == 7:
        blobs = offset
    if section == 6:
        issuers = range(offset, offset + length, 48)
for at in issuers:
    offset, length = struct.unpack_from("<QQ", content, at + 32)
    first_row = blobs + offset + 8 + 16 * mask_words
    columns = struct.unpack_from("<I", content, first_row + 12)[0]
    content[blobs + offset + columns:blobs + offset + length] = bytes(length - columns)
open(sys.argv[1], "r+b").write(content)
END
}

# lose_filters: nothing is left but the marker that there was data, and a snapshot of policy alone.
lose_filters() {
  mv /var/lib/crlite/provisioned "$work"
  find /var/lib/crlite -mindepth 1 -delete
  crlite-sync publish >/dev/null
  cp "$work/provisioned" /var/lib/crlite
}

machine_start
# Data of now; that in force is a day old.
cp "$work/data.capsule" "$work/older.capsule"
rs_time=$((now * 1000))
rs_publish --filter "$folder/revoked.filter:full"
SSL_CERT_FILE=$pki/root.pem crlite-sync "${rs[@]}" --state "$state" >"$work/sync.log" 2>&1 ||
  { cat "$work/sync.log"; fail 'crlite-sync from the server'; }
crlite-sync export "$work/newer.capsule" --state "$state"
section=$(sed -n 's/^crlite *= *//p' "$openssl_cnf")
doctor
((doctor_status == 0)) || { findings; fail "the healthy machine: exit $doctor_status"; }

echo '- the module'
broken module-missing rm "$modules/crlite.so"
broken module-hidden chmod 0700 "$modules"
broken module-hidden chmod 0600 "$modules/crlite.so"
broken module-writable chmod 0666 "$modules/crlite.so"
broken module-writable chown daemon "$modules/crlite.so"
broken module-wrong-kind "echo text >$modules/crlite.so"
broken module-wrong-kind "printf '\x03' | dd of=$modules/crlite.so bs=1 seek=18 conv=notrunc status=none"
broken module-not-loaded "cp /lib/*/libz.so.1 $modules/crlite.so"
broken module-path-wrong setting '"module = /usr/lib/crlite.so"'
broken module-missing "export OPENSSL_MODULES=$work"

echo '- openssl.cnf'
broken default-not-active "sed -i 's/^\\(default *=.*\\)/# \\1/' $openssl_cnf"
broken default-not-active "sed -i '/^default *=/d' $openssl_cnf"
broken crlite-not-named "cnf 's/^crlite *=/# &/'; rm -f $openssl_cnf.before-crlite"
broken crlite-section-missing "cnf 's/^\[ *$section *\]/[another]/'"
broken crlite-not-active "cnf '/^\[ *$section *\]/,/^\[/s/^activate/# &/'"
broken init-missing "cnf 's/^openssl_conf/# &/'"
broken providers-missing "cnf 's/^providers/# &/'"
broken nodejs-conf-missing "cnf '/^nodejs_conf/d'"
broken_but_mended_by "sed -i 1d $openssl_cnf" openssl-cnf-broken "cnf '1i a broken line'"
broken openssl-cnf-unreadable chmod 0600 "$openssl_cnf"
broken openssl-cnf-unreadable chmod 0700 /etc/ssl
broken openssl-cnf-writable chmod 0666 "$openssl_cnf"
broken openssl-cnf-missing rm "$openssl_cnf"
broken enabling-undone "cp $openssl_cnf.before-crlite $openssl_cnf"
broken not-enabled "mv $openssl_cnf.before-crlite $openssl_cnf"
broken section-setting setting '"snapshto = /var/lib/crlite/snapshot"'
broken section-setting setting '"mode = enforced"'
broken section-mode setting '"mode = off"'
broken section-mode setting '"mode = shadow"'
broken snapshot-elsewhere setting '"snapshot = /srv/crlite/snapshot"'
broken openssl-conf-elsewhere "cp $work/healthy/etc/ssl/openssl.cnf $work/other.cnf; export OPENSSL_CONF=$work/other.cnf"
broken openssl-conf-elsewhere export OPENSSL_CONF=/dev/null
broken environment-mode export CRLITE_MODE=off
broken environment-mode export CRLITE_MODE=shadow

echo '- data'
broken snapshot-missing rm /var/lib/crlite/snapshot
broken snapshot-damaged truncate -s 500 /var/lib/crlite/snapshot
broken snapshot-damaged truncate -s 0 /var/lib/crlite/snapshot
broken snapshot-newer snapshot_bytes 8 63
# Its hash is wrong as well, but it is the proof that shows what comes of it.
broken good-refused damage_columns
broken snapshot-untrusted chmod 0666 /var/lib/crlite/snapshot
broken snapshot-untrusted chown daemon /var/lib/crlite/snapshot
broken snapshot-untrusted "mv /var/lib/crlite/snapshot{,.real}; ln -s snapshot.real /var/lib/crlite/snapshot"
broken state-hidden chmod 0700 /var/lib/crlite
broken generation-missing rm /var/lib/crlite/generation
broken marker-missing rm /var/lib/crlite/provisioned
broken never-provisioned "rm -r /var/lib/crlite; mkdir -m 0755 /var/lib/crlite"
broken policy-unpublished "printf 'policy:\n  stale-after: 9d\n' >>/etc/crlite/config.yaml"
broken_but_mended_by "sed -i '/^polcy/d' /etc/crlite/config.yaml" config-broken \
  "echo 'polcy: {}' >>/etc/crlite/config.yaml"
broken_but_mended_by 'rm /etc/crlite/exemptions.yaml' exemptions-broken \
  "echo 'exemptions: nonsense' >/etc/crlite/exemptions.yaml"
broken snapshot-empty lose_filters
broken data-stale "printf 'policy:\n  stale-after: 12h\n' >>/etc/crlite/config.yaml
  crlite-sync publish >/dev/null; cp $work/newer.capsule $work/data.capsule"
cp "$work/older.capsule" "$work/data.capsule"
broken publish-failed "cd /var/lib/crlite; mv snapshot kept; mkdir snapshot
  crlite-sync publish --force >/dev/null 2>&1; rmdir snapshot; mv kept snapshot"
broken fetch-failed "mv $work/data.capsule{,.away}; crlite-sync >/dev/null 2>&1; mv $work/data.capsule{.away,}"

echo '- the timer'
broken timer-disabled 'systemctl disable crlite-sync.timer 2>/dev/null'

((num_failed == 0)) || fail "$num_failed of them"
