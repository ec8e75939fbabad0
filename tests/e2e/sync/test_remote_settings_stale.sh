#!/bin/bash
# Whoever holds back newer data can at most let the old state grow stale: its age is that of what was
# signed, not that of the last sync.
source "$(dirname "$0")/signed.sh"
pki_create "$pki"
pki_issue "$pki" good.test "$good_serial"
feed_build "$pki" "$work/feed" "$revoked_serial"
filter=$(echo "$work"/feed/mirror/*.filter)
more_sites() { nginx_tls_site "$1" "$pki" good.test 'return 200 "hello\n";'; }
rs_start
good=https://localhost:$((nginx_port + 5))/
openssl_cnf "$build/lib/crlite.so" "$snapshot" >"$work/openssl.cnf"
get() { curl -sS --cacert "$pki/root.pem" "$1"; }
echo 'policy: {stale: deny, stale-after: 10d, insist: true}' >"$work/config.yaml"
echo '- the same state of eleven days ago, again and again: each sync succeeds, and it is stale'
rs_publish --filter "$filter:full" --timestamp $((($(date +%s) - 11 * 86400) * 1000))
for _ in {1..4}; do
  run_sync 0 "${rs[@]}"
  expect_refused 'replayed' 'unable to get certificate CRL' with_module get "$good"
done
cp "$work/config.yaml" "$work/deny.yaml"
sed -i 's/deny/allow/' "$work/config.yaml"
run_sync 0 "${rs[@]}"
expect_accepted 'replayed, if stale data is to be put up with' with_module get "$good"
mv "$work/deny.yaml" "$work/config.yaml"
rm -r "$state"

echo '- a state that passes its tenth day'
limit=$(($(date +%s) + 15)) # when the state passes its tenth day
rs_publish --filter "$filter:full" --timestamp $(((limit - 10 * 86400) * 1000))
run_sync 0 "${rs[@]}"
expect_accepted 'almost ten days old' with_module get "$good"
while (($(date +%s) <= limit)); do sleep 0.2; done
run_sync 0 "${rs[@]}"
expect_text 'publish: nothing new' "$out"
expect_refused 'the same state, ten days old' 'unable to get certificate CRL' with_module get "$good"
rm -r "$state"
run_sync 0 "${rs[@]}"
expect_refused 'the same, as if for the first time' 'unable to get certificate CRL' \
  with_module get "$good"
rs_publish --filter "$filter:full"
run_sync 0 "${rs[@]}"
expect_accepted 'a new state' with_module get "$good"
