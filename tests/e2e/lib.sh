# shellcheck shell=bash disable=SC2034  # the tests use what is set here
# The world in which every end-to-end test happens: a CA, sites and a mirror on loopback, a snapshot
# that crlite-sync made from them, and an openssl.cnf that loads the module. Sourced.
#
# CRLITE_BUILD names the build directory (default: build/release).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/examples/lib/pki.sh"
source "$root/examples/lib/feed.sh"
source "$root/examples/lib/server.sh"
source "$root/examples/lib/openssl_cnf.sh"

build=${CRLITE_BUILD:-$root/build/release}
crlite=$build/bin/crlite
crlite_sync=$build/bin/crlite-sync
good_serial=4000000000000000000000000000600d
revoked_serial=40000000000000000000000000000bad
PATH=$PATH:/usr/sbin:/sbin
unset CRLITE_MODE OPENSSL_CONF SSL_CERT_FILE SSL_CERT_DIR http_proxy https_proxy

skip() { echo "skipped: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }
needs() { [[ -n $(type -P "$1") ]] || skip "$1 is not installed"; }

pids=() # what to end at the end
clean_up() {
  local pid
  for pid in "${pids[@]}"; do
    if kill "$pid" 2>/dev/null; then wait "$pid" 2>/dev/null || true; fi
  done
  rm -rf "$work"
}
work=$(mktemp -d "${TMPDIR:-/tmp}/crlite-e2e.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
chmod 0755 "$work"
pki=$work/pki state=$work/state snapshot=$work/state/snapshot

# world_start: sets the URLs $good, $revoked, $unlogged (no SCT, though its serial is revoked) and
# $mirror.
world_start() {
  needs nginx
  pki_create "$pki"
  pki_issue "$pki" good.test "$good_serial"
  pki_issue "$pki" revoked.test "$revoked_serial"
  pki_issue_unlogged "$pki" unlogged.test "$revoked_serial"
  feed_build "$pki" "$work" "$revoked_serial"
  nginx_start "$work/nginx" world_sites
  pids+=("$nginx_pid")
  good=https://localhost:$nginx_port/
  revoked=https://localhost:$((nginx_port + 1))/
  unlogged=https://localhost:$((nginx_port + 2))/
  mirror=https://localhost:$((nginx_port + 3))/
  world_sync
  # A copy, so that programs without rights in the source tree can read it.
  install -m 0755 "$build/lib/crlite.so" "$work/crlite.so"
  openssl_cnf "$work/crlite.so" "$snapshot" >"$work/openssl.cnf"
}

world_sites() {
  nginx_tls_site "$1" "$pki" good.test 'return 200 "hello\n";'
  nginx_tls_site $(($1 + 1)) "$pki" revoked.test 'return 200 "hello\n";'
  nginx_tls_site $(($1 + 2)) "$pki" unlogged.test 'return 200 "hello\n";'
  # nginx would take two states of one size and one second for the same.
  nginx_tls_site $(($1 + 3)) "$pki" unlogged.test "root $work/mirror; if_modified_since off; etag off;"
}

# world_sync: fetches what the mirror offers now.
world_sync() {
  SSL_CERT_FILE=$pki/root.pem "$crlite_sync" --state "$state" --source "manifest+$mirror" \
    >"$work/sync.log" 2>&1 || { cat "$work/sync.log" >&2; return 1; }
}

with_module() { OPENSSL_CONF=$work/openssl.cnf "$@"; }
without_module() { OPENSSL_CONF=/dev/null "$@"; }

# expect_accepted WHAT COMMAND...: succeeds and prints the site's greeting.
expect_accepted() {
  local status=0
  "${@:2}" >"$work/output" 2>&1 </dev/null || status=$?
  if ((status != 0)) || ! grep -q hello "$work/output"; then
    fail "$1: exit $status: $(cat "$work/output")"
  fi
  echo "accepted, as it should: $1"
}

# expect_refused WHAT TEXT COMMAND...: does not print the greeting, but TEXT.
expect_refused() {
  "${@:3}" >"$work/output" 2>&1 </dev/null || true
  ! grep -q hello "$work/output" || fail "$1: was accepted"
  grep -q "$2" "$work/output" || fail "$1: no '$2' in: $(cat "$work/output")"
  echo "refused, as it should: $1: $(grep -m1 "$2" "$work/output")"
}

# ask FROM TO URL WANTED WHAT: sends the URL's port to the live_client.py behind these
# descriptors.
ask() {
  local answer
  echo "${3//[!0-9]/}" >&"$2"
  IFS= read -r -t 20 answer <&"$1" || fail "$5: no answer"
  [[ $answer == "$4" ]] || fail "$5: $answer"
  echo "$answer, as it should: $5"
}

# check_client TEXT COMMAND...: COMMAND gets a URL as its last argument and prints what it was served,
# or a complaint with TEXT.
check_client() {
  local text=$1 client=("${@:2}")
  expect_accepted 'good site without the module' without_module "${client[@]}" "$good"
  expect_accepted 'revoked site without the module' without_module "${client[@]}" "$revoked"
  expect_accepted 'good site' with_module "${client[@]}" "$good"
  expect_refused 'revoked site' "$text" with_module "${client[@]}" "$revoked"
  expect_accepted 'certificate of a private CA' with_module "${client[@]}" "$unlogged"
  mv "$snapshot" "$snapshot.away"
  expect_accepted 'good site without snapshot' with_module "${client[@]}" "$good"
  expect_accepted 'revoked site without snapshot' with_module "${client[@]}" "$revoked"
  mv "$snapshot.away" "$snapshot"
}
