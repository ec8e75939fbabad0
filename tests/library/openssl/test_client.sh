#!/usr/bin/env bash
# test_client.sh PROGRAM: a program that loads no openssl.cnf refuses the revoked site, and nothing
# else.
source "$(dirname "${BASH_SOURCE[0]}")/../../e2e/lib.sh"
program=$1
world_start

attached() { "$program" "$snapshot" "$pki/root.pem" "${1//[!0-9]/}"; }
unattached() { "$program" none "$pki/root.pem" "${1//[!0-9]/}"; }

expect_accepted 'revoked site, not attached' with_module unattached "$revoked"
expect_accepted 'good site' attached "$good"
expect_refused 'revoked site' 'certificate revoked' attached "$revoked"
expect_accepted 'certificate of a private CA' attached "$unlogged"
mv "$snapshot" "$snapshot.away"
expect_accepted 'revoked site without snapshot' attached "$revoked"
mv "$snapshot.away" "$snapshot"
feed_build "$pki" "$work" "$good_serial"
world_sync
expect_refused 'good site, since revoked' 'certificate revoked' attached "$good"
expect_accepted 'revoked site, since taken back' attached "$revoked"
