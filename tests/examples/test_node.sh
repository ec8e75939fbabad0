#!/usr/bin/env bash
# examples/node.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs node
needs cc
[[ -e /usr/include/node/node_api.h ]] || skip 'libnode-dev is not installed'
pkg_flags crlite
cc -std=c99 -shared -fPIC "${strict[@]}" -isystem /usr/include/node -o "$work/crlite.node" \
  "$root/examples/node/crlite.c" "${flags[@]}"
cp "$root/examples/node/client.js" "$work"
world_start
forged_start

client() { node "$work/client.js" "$1" "$pki/root.pem" "$2"; }
check_guard 'crlite: certificate refused: revoked' client
expect_refused 'snapshot by a relative path' 'not absolute' client "$good" state/snapshot

# One that OpenSSL passes over since it is expired, while node links it to the leaf. Then the real
# issuer cannot be seen from JavaScript.
identifier=$(openssl x509 -in "$pki/intermediate.pem" -noout -ext subjectKeyIdentifier | sed -n 2p)
forged_days=0 forge expired.forged revoked.test "subjectKeyIdentifier = ${identifier// /}"
sleep 1.1
expired() { nginx_tls_site "$1" "$pki" expired.forged 'return 200 "hello\n";'; }
nginx_start "$work/expired" expired
pids+=("$nginx_pid")
url=https://localhost:$nginx_port/
expect_accepted 'revoked site, expired forged issuer, curl' curl -sS --cacert "$pki/root.pem" "$url"
expect_refused 'revoked site, expired forged issuer' 'issuer of the certificate is not proved' \
  client "$url" "$snapshot"
