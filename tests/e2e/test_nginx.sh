#!/usr/bin/env bash
# nginx with the module: as a client of an upstream, as a server that asks for client certificates,
# and as a server whose own certificate is revoked, which must go on serving.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
world_start

# libssl builds the chain of leaf.pem at each handshake, by a verification whose result it ignores.
openssl x509 -in "$pki/revoked.test.pem" -out "$pki/leaf.pem"
cat "$pki/intermediate.pem" "$pki/root.pem" >"$pki/all.pem"
sites() {
  cat <<EOF
  proxy_ssl_verify on;
  proxy_ssl_verify_depth 2;
  proxy_ssl_name localhost;
  proxy_ssl_session_reuse off;
  proxy_ssl_trusted_certificate $pki/root.pem;
  server { listen 127.0.0.1:$1; location / { proxy_pass $good; } }
  server { listen 127.0.0.1:$(($1 + 1)); location / { proxy_pass $revoked; } }
  server {
    listen 127.0.0.1:$(($1 + 2)) ssl;
    ssl_certificate $pki/good.test.pem;
    ssl_certificate_key $pki/good.test.key;
    ssl_client_certificate $pki/all.pem;
    ssl_verify_client on;
    ssl_verify_depth 2;
    location / { return 200 "hello\n"; }
  }
  server {
    listen 127.0.0.1:$(($1 + 3)) ssl;
    ssl_certificate $pki/leaf.pem;
    ssl_certificate_key $pki/revoked.test.key;
    ssl_trusted_certificate $pki/all.pem;
    location / { return 200 "hello\n"; }
  }
EOF
}
get() { curl -sS --cacert "$pki/root.pem" "$@"; }
client_certificate() {
  get --cert "$pki/$1.pem" --key "$pki/$1.key" "https://localhost:$((nginx_port + 2))/"
}

without_module nginx_start "$work/plain" sites
pids+=("$nginx_pid")
expect_accepted 'revoked upstream without the module' get "http://localhost:$((nginx_port + 1))/"
expect_accepted 'revoked client certificate without the module' client_certificate revoked.test

with_module nginx_start "$work/guarded" sites
pids+=("$nginx_pid")
expect_accepted 'good upstream' get "http://localhost:$nginx_port/"
expect_refused 'revoked upstream' '502 Bad Gateway' get "http://localhost:$((nginx_port + 1))/"
expect_accepted 'good client certificate' client_certificate good.test
expect_refused 'revoked client certificate' 'SSL certificate error' client_certificate revoked.test
expect_accepted 'server with a revoked certificate of its own' \
  get "https://localhost:$((nginx_port + 3))/"

# The living process takes up the next generation.
feed_build "$pki" "$work" "$good_serial"
world_sync
expect_refused 'good upstream, since revoked' '502 Bad Gateway' get "http://localhost:$nginx_port/"
expect_accepted 'revoked upstream, since taken back' get "http://localhost:$((nginx_port + 1))/"
