# shellcheck shell=bash disable=SC2034  # the tests use what is set here
# What the tests of examples share: the libraries as they are installed, the world of tests/e2e, and a
# server that tries to choose the answer. Sourced.
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"

prefix=$build/tests/prefix # of the test library.install
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib
export OPENSSL_CONF=/dev/null # no module: the example itself must refuse
export PYTHONDONTWRITEBYTECODE=1
strict=(-pedantic -Wall -Wextra -Wconversion -Wshadow -Werror)

# pkg_flags PACKAGE...: what a program needs, in the array $flags.
pkg_flags() {
  pkg-config --exists "$@" || skip "pkg-config does not know all of: $*"
  read -ra flags < <(pkg-config --cflags --libs "$@")
}

# forge NAME SITE [EXTENSION...]: a site's chain in $pki/NAME.pem, with a forged certificate between the
# leaf and its issuer: the issuer's name, but the other key under which the leaf's signature is good.
# It is valid for $forged_days (30).
forge() {
  cp "$pki/$2.key" "$pki/$1.key"
  printf '%s\n' 'basicConstraints = critical, CA:TRUE' "${@:3}" >"$pki/forged.cnf"
  [[ -e $pki/forger.pem ]] || PKI_SAN='' PKI_SCTS='' pki_sign "$pki" ca forger '/CN=Example Root CA'
  /usr/bin/python3 "$root/tests/support/second_key.py" "$pki/$2.pem" "$pki/intermediate.pem" \
    >"$pki/forged.pub"
  openssl x509 -new -force_pubkey "$pki/forged.pub" -subj '/CN=Example Intermediate CA' \
    -days "${forged_days:-30}" \
    -set_serial 1 -extfile "$pki/forged.cnf" -CA "$pki/forger.pem" -CAkey "$pki/forger.key" \
    -out "$pki/forged.pem" 2>"$pki/openssl.log" || fail "$(cat "$pki/openssl.log")"
  { openssl x509 -in "$pki/$2.pem"; cat "$pki/forged.pem" "$pki/intermediate.pem"; } >"$pki/$1.pem"
}

# forged_start: sets $good_forged and $revoked_forged, sites with a forged certificate in second place
# that verifiers pass over, and $revoked_blurred, with one that they cannot tell from the issuer before
# they look at its signature.
forged_start() {
  needs /usr/bin/python3
  forge good.forged good.test 'subjectKeyIdentifier = hash'
  forge revoked.forged revoked.test 'subjectKeyIdentifier = hash'
  forge revoked.blurred revoked.test 'subjectKeyIdentifier = none'
  nginx_start "$work/forged" forged_sites
  pids+=("$nginx_pid")
  good_forged=https://localhost:$nginx_port/
  revoked_forged=https://localhost:$((nginx_port + 1))/
  revoked_blurred=https://localhost:$((nginx_port + 2))/
}
forged_sites() {
  nginx_tls_site "$1" "$pki" good.forged 'return 200 "hello\n";'
  nginx_tls_site $(($1 + 1)) "$pki" revoked.forged 'return 200 "hello\n";'
  nginx_tls_site $(($1 + 2)) "$pki" revoked.blurred 'return 200 "hello\n";'
}

# served WHAT TEXT COMMAND...: gets the greeting, and says TEXT.
served() {
  expect_accepted "$1" "${@:3}"
  grep -q "$2" "$work/output" || fail "$1: no '$2' in: $(cat "$work/output")"
}

# refused WHAT TEXT COMMAND...: gets no greeting, says TEXT and exits with 2.
refused() {
  expect_refused "$@"
  local status=0
  "${@:3}" >/dev/null 2>&1 </dev/null || status=$?
  ((status == 2)) || fail "$1: exit $status, not 2"
}

# check_example COMMAND...: COMMAND gets a site's URL and a snapshot, and says what it was told of it.
check_example() {
  served 'good site' 'crlite: NotRevoked (.*), allowed' "$@" "$good" "$snapshot"
  refused 'revoked site' 'crlite: Revoked (.*), refused' "$@" "$revoked" "$snapshot"
  served 'certificate of a private CA' 'crlite: NotCovered (.*), allowed' \
    "$@" "$unlogged" "$snapshot"
  served 'good site, forged issuer' 'crlite: NotRevoked (.*), allowed' \
    "$@" "$good_forged" "$snapshot"
  refused 'revoked site, forged issuer' 'crlite: Revoked (.*), refused' \
    "$@" "$revoked_forged" "$snapshot"
  expect_refused 'revoked site, forged issuer that looks like the real one' . \
    "$@" "$revoked_blurred" "$snapshot"
  served 'good site without snapshot' 'crlite: NoData (.*), allowed' "$@" "$good" "$work/none"
  served 'revoked site without snapshot' 'crlite: NoData (.*), allowed' "$@" "$revoked" "$work/none"
}

# check_guard TEXT COMMAND...: the same with a COMMAND that gets what the site serves, or says TEXT and
# nothing of what it was told.
check_guard() {
  expect_accepted 'good site' "${@:2}" "$good" "$snapshot"
  expect_refused 'revoked site' "$1" "${@:2}" "$revoked" "$snapshot"
  expect_accepted 'certificate of a private CA' "${@:2}" "$unlogged" "$snapshot"
  expect_accepted 'good site, forged issuer' "${@:2}" "$good_forged" "$snapshot"
  expect_refused 'revoked site, forged issuer' "$1" "${@:2}" "$revoked_forged" "$snapshot"
  expect_refused 'revoked site, forged issuer that looks like the real one' . \
    "${@:2}" "$revoked_blurred" "$snapshot"
  expect_accepted 'revoked site without snapshot' "${@:2}" "$revoked" "$work/none"
}
