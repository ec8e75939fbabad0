#!/usr/bin/env bash
# examples/python: urllib_check.py and nagios_check.py, with python3 or what CRLITE_PYTHON names.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
python=${CRLITE_PYTHON:-/usr/bin/python3}
needs "$python"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || skip "$python is older than 3.10"
world_start
forged_start

urllib_check() {
  "$python" "$root/examples/python/urllib_check.py" "$1" --cafile "$pki/root.pem" --snapshot "$2"
}
check_example urllib_check

# plugin WHAT STATUS PATTERN ARGUMENT...: the monitoring plugin says it in one line.
plugin() {
  local status=0 line
  line=$("$python" "$root/examples/python/nagios_check.py" "${@:4}" 2>&1) || status=$?
  ((status == $2)) || fail "$1: exit $status, not $2: $line"
  [[ $line =~ ^CRLITE\ $3$ && $line != *$'\n'* ]] || fail "$1: $line"
  echo "exit $status, as it should: $1: $line"
}
# site URL [SNAPSHOT]: the arguments for it.
site() { args=(localhost "${1//[!0-9]/}" --cafile "$pki/root.pem" --snapshot "${2:-$snapshot}"); }

filter='\([^ ]+\.filter\)'
fresh='fresh data, generation 1, 0\.[0-9] h old\|age=[0-9]+s;;;0 generation=1'
none='never-provisioned data, generation 0, 0\.0 h old\|age=0s;;;0 generation=0'
site "$good"
plugin 'good site' 0 "OK - localhost:[0-9]+: NotRevoked $filter, allowed; $fresh" "${args[@]}"
site "$revoked"
plugin 'revoked site' 2 "CRITICAL - localhost:[0-9]+: Revoked $filter, refused; $fresh" "${args[@]}"
site "$revoked_forged"
plugin 'forged issuer' 2 "CRITICAL - localhost:[0-9]+: Revoked $filter, refused; $fresh" "${args[@]}"
CRLITE_MODE=shadow plugin 'revoked site, let through' 2 \
  "CRITICAL - localhost:[0-9]+: Revoked $filter, withheld; $fresh" "${args[@]}"
site "$unlogged"
plugin 'private CA' 3 "UNKNOWN - localhost:[0-9]+: NotCovered \(.*\), allowed; $fresh" "${args[@]}"
site "$good" "$work/none"
plugin 'no snapshot' 3 "UNKNOWN - localhost:[0-9]+: NoData \(.*\), allowed; $none" "${args[@]}"
plugin 'no server' 3 'UNKNOWN - localhost:1: .*' localhost 1
LD_LIBRARY_PATH='' plugin 'no library' 3 'UNKNOWN - libcrlite\.so\.1: .*' localhost 1
plugin 'unknown option' 3 'UNKNOWN - .*--no-such.*' localhost --no-such
site "$revoked"
OPENSSL_CONF=$work/openssl.cnf plugin 'revoked site, refused by the module' 2 \
  'CRITICAL - localhost:[0-9]+: .*certificate revoked.*' "${args[@]}"

# The same data, two days old.
sed -i "s/\"generated_at\":[0-9]*/\"generated_at\":$(($(date +%s) - 2 * 86400))/" \
  "$work/mirror/manifest.json"
echo 'policy: {stale-after: 36h}' >"$work/stale.yaml"
"$crlite_sync" --config "$work/stale.yaml" --state "$work/stale" --source "dir:$work/mirror" \
  >"$work/sync.log" 2>&1 || fail "crlite-sync: $(cat "$work/sync.log")"
site "$good" "$work/stale/snapshot"
stale='stale data, generation 1, 48\.[0-9] h old\|age=17[0-9]*s;;;0 generation=1'
plugin 'stale data' 1 "WARNING - localhost:[0-9]+: NotRevoked $filter, allowed; $stale" "${args[@]}"
