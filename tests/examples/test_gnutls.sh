#!/usr/bin/env bash
# examples/gnutls/client.c.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs cc
pkg_flags crlite gnutls
cc -std=gnu11 "${strict[@]}" -o "$work/client" "$root/examples/gnutls/client.c" "${flags[@]}"
world_start
forged_start

client() { "$work/client" localhost "${1//[!0-9]/}" "$pki/root.pem" "$2"; }
check_example client
