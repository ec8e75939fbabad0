# shellcheck shell=bash disable=SC2034  # the tests use what is set here
# A snapshot, an openssl.cnf that loads the module, and the host program. Sourced; needs no network.
#
# CRLITE_BUILD names the build directory.
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"
host=$build/bin/module_host

# module_world [MODULE_LINE...]: the lines go into the module's section of $work/openssl.cnf.
module_world() {
  pki_create "$pki"
  pki_issue "$pki" good.test "$good_serial"
  pki_issue "$pki" revoked.test "$revoked_serial"
  feed_build "$pki" "$work" "$revoked_serial"
  "$crlite_sync" --state "$state" --source "dir:$work/mirror" >"$work/sync.log" 2>&1 ||
    fail "crlite-sync: $(cat "$work/sync.log")"
  openssl_cnf "$build/lib/crlite.so" "$snapshot" "$@" >"$work/openssl.cnf"
}

# run_host NAME COUNT [COMMAND...]: the host on NAME's chain, behind COMMAND; output in $work/output,
# its standard error in $work/stderr, its exit code in $status.
run_host() {
  status=0
  "${@:3}" "$host" "$pki/root.pem" "$pki/$1.pem" "$2" >"$work/output" 2>"$work/stderr" || status=$?
}
