#!/usr/bin/env bash
# The main job on real programs, in one minute: an unmodified curl refuses a revoked certificate once
# OpenSSL loads the crlite module. Uses loopback ports and one temporary directory; apart from the
# Debian packages and the build directory nothing is left behind. Best run as yourself: sudo is asked
# for the packages alone.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/examples/lib/build.sh"
source "$root/examples/lib/pki.sh"
source "$root/examples/lib/feed.sh"
source "$root/examples/lib/server.sh"
source "$root/examples/lib/openssl_cnf.sh"

if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi
step() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
note() { printf '   %s\n' "$@"; }

work='' nginx_pid=''
clean_up() {
  cd /
  [[ -z $nginx_pid ]] || { kill "$nginx_pid" && wait "$nginx_pid"; } 2>/dev/null || true
  [[ -z $work ]] || rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

work=$(mktemp -d "${TMPDIR:-/tmp}/crlite-quickstart.XXXXXX")
chmod 0755 "$work" # nginx's workers give up root and must still read what they serve
cd "$work"
pki=$work/pki state=$work/state

step '1. Packages and build (the first time takes some minutes)'
install_packages "${build_packages[@]}" "${program_packages[@]}"
if ! build_release crlite crlite-sync crlite_module >"$work/build.log" 2>&1; then
  cat "$work/build.log" >&2
  echo 'quickstart: the build failed; its output is above' >&2
  exit 1
fi
crlite=$root/build/release/bin/crlite
module=$root/build/release/lib/crlite.so
unset CRLITE_MODE https_proxy HTTPS_PROXY all_proxy ALL_PROXY # from here on loopback only
note 'the tools are in build/release/bin, the module is build/release/lib/crlite.so'

step '2. A certificate authority, two sites and a mirror'
pki_create "$pki"
pki_issue "$pki" good.test 4000000000000000000000000000600d
pki_issue "$pki" revoked.test 40000000000000000000000000000bad
pki_issue_unlogged "$pki" mirror.test 40000000000000000000000000000001
note 'root -> intermediate -> good.test and revoked.test, both with two embedded SCTs'

step '3. A filter in which revoked.test is revoked'
feed_build "$pki" "$work" 40000000000000000000000000000bad >/dev/null
note "$(($(cat "$work"/known/* | wc -l) - 1)) known certificates, $(cat "$work"/revoked/* |
  wc -l) of them revoked, in $(stat -c %s "$work"/mirror/*.filter) bytes"

step '4. nginx serves the sites and the mirror over TLS'
sites() {
  nginx_tls_site "$1" "$pki" good.test 'return 200 "hello from good.test\n";'
  nginx_tls_site $(($1 + 1)) "$pki" revoked.test 'return 200 "hello from revoked.test\n";'
  nginx_tls_site $(($1 + 2)) "$pki" mirror.test "root $work/mirror;"
}
nginx_start "$work/nginx" sites
good=https://good.test:$nginx_port/
revoked=https://revoked.test:$((nginx_port + 1))/
mirror=https://localhost:$((nginx_port + 2))/
note "$good" "$revoked" "$mirror"

step '5. crlite-sync fetches the filter and publishes a snapshot'
SSL_CERT_FILE=$pki/root.pem "$root/build/release/bin/crlite-sync" \
  --state "$state" --source "manifest+$mirror" 2>&1 | sed 's/^/   /'

step '6. An openssl.cnf that loads the module'
openssl_cnf "$module" "$state/snapshot" | tee "$work/openssl.cnf" | sed 's/^/   /'

step "7. The system's curl, with and without it (in $work)"
# ask CONFIGURATION URL: prints the command, as typed in $work, and leaves its outcome in $outcome.
ask() {
  local host=${2#https://} status=0
  local command=(curl -sS -o /dev/null -w '%{http_code}' --cacert pki/root.pem
                 --resolve "${host%/}:127.0.0.1" "$2")
  outcome=$(OPENSSL_CONF=$1 "${command[@]}" 2>curl.err) || status=$?
  ((status == 0)) || outcome="exit $status: $(sed -n '1s/^curl: ([0-9]*) //p' curl.err)"
  note "\$ OPENSSL_CONF=$1 ${command[*]}" "  $outcome"
}
ask /dev/null "$revoked"; revoked_without=$outcome
ask openssl.cnf "$revoked"; revoked_with=$outcome
ask /dev/null "$good"; good_without=$outcome
ask openssl.cnf "$good"; good_with=$outcome
rm "$state/snapshot"
note '$ rm state/snapshot'
ask openssl.cnf "$revoked"; revoked_removed=$outcome

step 'What came out'
row() { printf '   %-34s %-17s %s\n' "$@"; }
row '' 'without module' 'with module'
row 'good.test' "$good_without" "$good_with"
row 'revoked.test' "$revoked_without" "$revoked_with"
row 'revoked.test, snapshot removed' '' "$revoked_removed"

if [[ $good_without == 200 && $good_with == 200 && $revoked_without == 200 &&
      $revoked_with == 'exit 60:'*'certificate revoked'* && $revoked_removed == 200 ]]; then
  step 'As it should be. To protect this machine:'
  note "cmake --build $root/build/release && sudo cmake --install $root/build/release" \
       'sudo crlite-sync        # from Mozilla; crlite-sync.timer does it every two hours' \
       'crlite enable --config ~/openssl.cnf   # one program: OPENSSL_CONF=~/openssl.cnf curl https://..' \
       'sudo crlite enable      # all programs; --dry-run shows what it would add to openssl.cnf' \
       'crlite doctor           # proves it'
else
  printf '\nquickstart: not what was expected: see the table\n' >&2
  exit 1
fi
