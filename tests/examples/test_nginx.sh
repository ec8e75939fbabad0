#!/usr/bin/env bash
# examples/nginx: the server block, with names of this world, and the environment of the drop-in.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
example=$root/examples/nginx
world_start

# proxy PORT UPSTREAM
proxy() {
  sed -e "s|127.0.0.1:8080|127.0.0.1:$1|" -e "s|https://backend.example.org|${2%/}|" \
    -e "s|/etc/ssl/certs/ca-certificates.crt|$pki/root.pem|" "$example/proxy.conf"
}
proxies() {
  proxy "$1" "$good"
  proxy $(($1 + 1)) "$revoked"
}
# as_unit COMMAND...: with what the drop-in sets, but the file's path.
as_unit() {
  local environment
  environment=$(sed -n 's/^Environment=//p' "$example/nginx.service.conf")
  [[ $environment == OPENSSL_CONF=/etc/crlite/nginx.cnf ]] || fail "the drop-in says $environment"
  OPENSSL_CONF=$work/nginx.cnf "$@"
}
get() { curl -sS -w ' %{http_code}\n' "http://127.0.0.1:$1/"; }

"$crlite" enable --config "$work/nginx.cnf" --module "$work/crlite.so" --snapshot "$snapshot" \
  >"$work/output" 2>&1 || fail "crlite enable: $(cat "$work/output")"

nginx_start "$work/plain" proxies
pids+=("$nginx_pid")
expect_accepted 'revoked upstream without the module' get $((nginx_port + 1))

as_unit nginx_start "$work/guarded" proxies
pids+=("$nginx_pid")
expect_accepted 'good upstream' get "$nginx_port"
expect_refused 'revoked upstream' ' 502$' get $((nginx_port + 1))
expect_refused 'revoked upstream' 'certificate revoked' cat "$work/guarded/error.log"
