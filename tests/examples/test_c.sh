#!/usr/bin/env bash
# examples/c/client.c.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs cc
pkg_flags crlite openssl
cc -std=c99 "${strict[@]}" -o "$work/client" "$root/examples/c/client.c" "${flags[@]}"
world_start
forged_start

client() {
  local address=${1#https://}
  "$work/client" "${address%/}" "$pki/root.pem" "$2"
}
check_example client

# Without a name OpenSSL would verify none.
for host in '' '*'; do
  address=$host:${good//[!0-9]/}
  ! "$work/client" "$address" "$pki/root.pem" "$snapshot" >"$work/output" 2>&1 </dev/null ||
    fail "$address was accepted: $(cat "$work/output")"
done
