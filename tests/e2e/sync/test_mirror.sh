#!/bin/bash
# crlite-sync with a mirror on nginx over TLS that does as it should, or is away.
source "$(dirname "$0")/lib.sh"
offer good "$now"
mirror_start "location /elsewhere/ {
    rewrite ^/elsewhere/(.*) https://localhost:PORT/\$1 redirect; }"

echo '- first fetch, then publish, as two steps'
run_sync 0 fetch --source "manifest+$mirror"
expect_text "fetch: manifest+$mirror: 1 filter of " "$out"
expect_text '1 to get' "$out"
[[ ! -e $snapshot ]] || fail 'fetch published'
run_sync 0 publish --source "manifest+$mirror"
expect_answer NotRevoked

echo '- nothing new'
run_sync 0 --source "manifest+$mirror"
expect_text '0 to get' "$out"
expect_text 'publish: nothing new' "$out"

echo '- only the delta is fetched'
add_filter 1.filter.delta revoked
add_manifest $((now + 1)) full.filter 1.filter.delta
run_sync 0 --source "manifest+${mirror%/}" # the slash at the end is not needed
expect_text '2 filters' "$out"
expect_text '1 to get' "$out"
expect_answer Revoked

echo '- redirects to https are followed, loopback needs no TLS'
offer good $((now + 2))
run_sync 0 --source "manifest+${mirror}elsewhere/"
expect_answer NotRevoked
offer revoked $((now + 3))
run_sync 0 --source "manifest+$plain"
expect_answer Revoked
run_sync 64 --source manifest+http://example.org/
expect_text 'only https is accepted' "$err"

echo '- an older manifest is a rollback'
offer good $((now + 1))
run_sync 1 --source "manifest+$mirror"
expect_text "--allow-rollback" "$err"
expect_answer Revoked
run_sync 0 --source "manifest+$mirror" --allow-rollback
expect_answer NotRevoked

echo '- the next source helps when one is away'
offer revoked $((now + 4))
run_sync 0 --source manifest+http://127.0.0.1:1/ --source "manifest+$mirror"
expect_text 'crlite-sync: http://127.0.0.1:1/changeset.json: ' "$err"
expect_answer Revoked

echo '- a CA that is unknown, one that has expired, a wrong name'
offer good $((now + 5))
SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/nonexistent run_sync 1 --source "manifest+$mirror"
expect_text "crlite-sync: ${mirror}changeset.json: " "$err"
expect_text 'crlite-sync: no source gave verified data; what was published stays in force' "$err"
pki_create "$work/other"
SSL_CERT_FILE=$work/other/root.pem run_sync 1 --source "manifest+$mirror"
expect_text 'SSL certificate problem: ' "$err"
run_sync 1 --source "manifest+${mirror/localhost/127.0.0.1}"
expect_text "127.0.0.1" "$err"
openssl x509 -in "$pki/root.pem" -signkey "$pki/root.key" -days 0 -out "$pki/expired.pem" 2>"$work/log"
sleep 1.1
SSL_CERT_FILE=$pki/expired.pem run_sync 1 --source "manifest+$mirror"
expect_text 'SSL certificate problem: certificate has expired' "$err"
expect_answer Revoked

echo '- the server is down'
kill "$nginx_pid"
wait "$nginx_pid" || true
run_sync 1 --source "manifest+$mirror"
expect_text "connect to server" "$err"
expect_answer Revoked
