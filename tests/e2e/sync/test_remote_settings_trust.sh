#!/bin/bash
# What crlite-sync believes of a Remote Settings: what is signed under the pinned root, and its time
# within limits. All else leaves in force what was.
source "$(dirname "$0")/signed.sh"
rs_locations='location /away/ { return 403; }'
rs_start
rs_offer good
run_sync 0 "${rs[@]}"
expect_answer NotRevoked

# lie TEXT ARGUMENT...: a newer state with this tampering is refused.
lie() {
  rs_offer revoked "${@:2}"
  expect_refused_sync NotRevoked "$1" "${rs[@]}"
}

echo '- signatures and chains'
lie 'signature' --tamper no-signature
lie 'signature' --tamper record
lie 'signature' --tamper timestamp=$((rs_time + 5000))
remote_settings keys "$work/other-keys" >"$work/other-pin"
remote_settings keys "$keys" --rotate >"$work/log"
lie 'root' --tamper other-chain="$work/other-keys"
lie 'root' --keys "$work/other-keys"
remote_settings keys "$work/main-keys" --signer remote-settings.content-signature.mozilla.org \
  >"$work/main-pin"
rs_offer revoked --keys "$work/main-keys"
expect_refused_sync NotRevoked 'onecrl.content-signature.mozilla.org' \
  --source "remote-settings+$server/v1" --root-sha256 "$(<"$work/main-pin")"
lie 'not found' --tamper no-chain

echo '- pins'
rs_offer revoked
expect_refused_sync NotRevoked 'root' --source "remote-settings+$server/v1" # Mozilla's own
expect_refused_sync NotRevoked 'root' --source "remote-settings+$server/v1" \
  --root-sha256 "$(<"$work/other-pin")"
run_sync 64 --source "remote-settings+$server/v1" --root-sha256 "${pin:2}"
expect_answer NotRevoked

echo '- one good signature of two is enough, and one pin of two'
rs_offer revoked --tamper bad-signature
run_sync 0 "${rs[@]}" --root-sha256 "$(<"$work/other-pin")"
expect_answer Revoked

echo '- the year 9999 is refused, and later states are still taken'
rs_offer good --timestamp 253402300799000
expect_refused_sync Revoked 'future' "${rs[@]}"
expect_refused_sync Revoked 'future' "${rs[@]}" --allow-rollback
rs_offer good
run_sync 0 "${rs[@]}"
expect_answer NotRevoked

echo '- an hour ahead is taken, and does not keep out what comes from a better clock'
rs_offer revoked --timestamp $((($(date +%s) + 3600) * 1000))
run_sync 0 "${rs[@]}"
expect_answer Revoked

echo '- when the signed source is blocked, an unsigned one does not step in'
offer good "$(date +%s)"
cat >"$work/config.yaml" <<END
sources:
  - type: remote-settings
    url: $server/away/v1
    root-sha256: [$pin]
  - type: directory
    path: $folder
    require-signature: false
END
expect_refused_sync Revoked '--allow-unsigned'
run_sync 1 --source "dir:$folder"
expect_text '--allow-unsigned' "$err"
# Nor where the floors are lost.
rm "$state/floors.json"
run_sync 1
expect_text '--allow-unsigned' "$err"
# A fetch that was made to believe it does not help: publish decides.
run_sync 0 fetch --allow-unsigned
run_sync 1 publish
expect_text '--allow-unsigned' "$err"
expect_answer Revoked
run_sync 0 --allow-unsigned
expect_answer NotRevoked
echo '{}' >"$work/config.yaml"
