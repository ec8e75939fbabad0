#!/bin/bash
# A policy that denies what the data at hand cannot answer must not keep newer data away, even where
# crlite-sync itself would load the module.
source "$(dirname "$0")/../lib.sh"

# The mirror has the certificate that the module can judge.
world_sites() {
  nginx_tls_site "$1" "$pki" good.test 'return 200 "hello\n";'
  nginx_tls_site $(($1 + 3)) "$pki" good.test "root $work/mirror;"
}
world_start

get() { curl -sS --cacert "$pki/root.pem" "$1"; }
cat >"$work/config.yaml" <<END
policy: {insist: true, never-provisioned: deny, stale: deny, damaged: deny}
END
sync() {
  SSL_CERT_FILE=$pki/root.pem with_module "$crlite_sync" --config "$work/config.yaml" \
    --state "$state" "$@" >"$work/sync.log" 2>&1
}
# expect_recovery WHAT: the site is refused, crlite-sync works, and then it is accepted.
expect_recovery() {
  expect_refused "$1" 'unable to get certificate CRL' with_module get "$good"
  sync --source "manifest+$mirror" || fail "$1: crlite-sync: $(cat "$work/sync.log")"
  expect_accepted "$1, after crlite-sync" with_module get "$good"
}

cp "$work/mirror/manifest.json" "$work/manifest.json"
sed -i "s/\"generated_at\":[0-9]*/\"generated_at\":$(($(date +%s) - 11 * 86400))/" \
  "$work/mirror/manifest.json"
touch -d '2 minutes ago' "$work/mirror/manifest.json" # another ETag: nginx counts in seconds
sync --allow-rollback --source "manifest+$mirror" || fail "crlite-sync: $(cat "$work/sync.log")"
cp "$work/manifest.json" "$work/mirror/manifest.json"
touch -d '1 minute ago' "$work/mirror/manifest.json"
expect_recovery 'data of 11 days ago'

printf 'damage' >"$snapshot"
expect_recovery 'damaged snapshot'

rm -r "$state"
sync publish || fail "crlite-sync: $(cat "$work/sync.log")"
expect_recovery 'never provisioned'
