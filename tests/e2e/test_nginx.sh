#!/usr/bin/env bash
# nginx with the module: as a client of an upstream, and as a server that asks for client
# certificates. A living nginx takes up the next generation.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
world_start

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
    ssl_client_certificate $pki/root.pem;
    ssl_verify_client on;
    ssl_verify_depth 2;
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

feed_build "$pki" "$work" "$good_serial"
world_sync
expect_refused 'good upstream, since revoked' '502 Bad Gateway' get "http://localhost:$nginx_port/"
expect_accepted 'revoked upstream, since taken back' get "http://localhost:$((nginx_port + 1))/"
