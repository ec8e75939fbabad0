#!/usr/bin/env bash
# CRLITE_MODE and `mode` in the module's section: the environment comes first, what is not a mode
# counts as unset.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
world_start

get() { curl -sS --cacert "$pki/root.pem" "$1"; }
in_mode() { CRLITE_MODE=$1 with_module get "$2"; }

expect_refused 'no mode given' 'certificate revoked' with_module get "$revoked"
for mode in off shadow; do
  expect_accepted "CRLITE_MODE=$mode" in_mode $mode "$revoked"
done
for mode in enforce '' nonsense; do
  expect_refused "CRLITE_MODE='$mode'" 'certificate revoked' in_mode "$mode" "$revoked"
  expect_accepted "CRLITE_MODE='$mode', good site" in_mode "$mode" "$good"
done

for mode in off shadow; do
  openssl_cnf "$work/crlite.so" "$snapshot" "mode = $mode" >"$work/openssl.cnf"
  expect_accepted "mode = $mode" with_module get "$revoked"
  expect_refused "mode = $mode, CRLITE_MODE=enforce" 'certificate revoked' in_mode enforce "$revoked"
done
openssl_cnf "$work/crlite.so" "$snapshot" 'mode = nonsense' >"$work/openssl.cnf"
expect_refused 'mode = nonsense' 'certificate revoked' with_module get "$revoked"
