#!/bin/bash
# crlite-sync with folders: what is taken, what is refused, and what stays in force.
source "$(dirname "$0")/lib.sh"
unsigned="crlite-sync: dir:$folder: not signed, trusted because it is named by hand"

echo '- nothing published, nothing configured'
echo 'sources: []' >"$work/config.yaml"
run_sync 78
expect_text 'no source: give one with --source' "$err"
echo '{}' >"$work/config.yaml"
run_sync 1 verify
expect_text "$snapshot: nothing was published yet; run crlite-sync" "$err"
[[ ! -e $state ]] || fail 'a run without sources made a state directory'

echo '- policy alone'
run_sync 0 publish
expect_text 'publish: generation 1: policy alone, without filters' "$out"
[[ ! -e $state/provisioned ]] || fail 'a snapshot without filters made the machine provisioned'
run_sync 0 publish
expect_text 'publish: nothing new' "$out"
expect_answer NoData

echo '- plain filters'
add_filter 2-filter good
add_filter 1.filter.delta good
touch -d '2 hours ago' "$folder"/*
run_sync 0 --source "dir:$folder" --dry-run
expect_text 'would fetch 2-filter' "$out"
expect_answer NoData
run_sync 0 --source "dir:$folder"
[[ $err == "$unsigned" ]] || fail "stderr: $err"
expect_text 'publish: generation 2: 2 filters' "$out"
expect_answer NotRevoked
[[ -e $state/provisioned ]] || fail 'no provisioned marker'

echo '- nothing new'
before=$(stat -c %i:%y "$snapshot")
run_sync 0 --source "dir:$folder"
expect_text 'publish: nothing new' "$out"
run_sync 0 publish
expect_text 'publish: nothing new' "$out"
[[ $(stat -c %i:%y "$snapshot") == "$before" ]] || fail 'the snapshot was touched'
run_sync 0 publish --force
expect_text 'publish: generation 3' "$out"

echo '- a new policy needs no source'
echo 'policy: {mode: shadow}' >"$work/config.yaml"
run_sync 0 publish --dry-run
expect_text 'would publish generation 4' "$out"
run_sync 0 publish
expect_text 'publish: generation 4: 2 filters' "$out"
expect_answer NotRevoked
echo 'policy: {mode: shadowy}' >"$work/config.yaml"
run_sync 78 publish
expect_text "$work/config.yaml: line 1: mode: found shadowy, wanted one of enforce, shadow, off" "$err"
echo '{}' >"$work/config.yaml"

echo '- a delta more, superseded files go'
add_filter 3.filter.delta revoked
touch -d '1 hour ago' "$folder/3.filter.delta"
run_sync 0 --source "dir:$folder"
expect_text '3 filters' "$out"
expect_answer Revoked
rm "$folder"/*
add_filter full.filter good
touch -d '30 minutes ago' "$folder/full.filter"
run_sync 0 --source "dir:$folder"
expect_answer NotRevoked
[[ $(find "$state/filters" -type f | wc -l) == 2 ]] || fail "left over: $(ls "$state/filters")"
[[ $(ls "$state/incoming") == $'last-fetch.json\nlock\noffer.json' ]] || fail "left over: $(ls "$state/incoming")"

echo '- what must not be published'
touch -d '1 day ago' "$folder/full.filter"
run_sync 1 --source "dir:$folder"
expect_text '--allow-rollback' "$err"
expect_text 'no source gave verified data; what was published stays in force' "$err"
touch -d '30 minutes ago' "$folder/full.filter"
printf '\x02\x00\x00\x00\x02\x08\x00\x00\x00\x01\x00\x00\x00\x01\xff' >"$folder/old-filter"
run_sync 1 --source "dir:$folder"
expect_text "dir:$folder: old-filter: a Bloom cascade" "$err"
expect_text 'which does not say which certificates it covers, wanted a clubcard' "$err"
echo 'no filter' >"$folder/old-filter"
run_sync 1 --source "dir:$folder"
expect_text "crlite-sync: dir:$folder: old-filter: file: unsupported version" "$err"
expect_answer NotRevoked

echo '- a upki cache'
rm -r "$folder"
folder=$folder/revocation
now=$((now + 3000))
offer revoked $((now + 60))
echo 'unlisted' >"$folder/unlisted.filter"
folder=${folder%/revocation}
run_sync 0 --source "dir:$folder"
expect_answer Revoked
printf 'x' >>"$folder/revocation/full.filter"
run_sync 0 --source "dir:$folder"
expect_text '0 to get' "$out"
run_sync 1 --source "dir:$folder" --force
expect_text "$folder/revocation: full.filter: " "$err"
expect_answer Revoked

echo '- configured sources: a signature is required unless waived by name'
rm -r "$folder"
offer good $((now + 61))
printf 'state-dir: %s\nsources:\n  - type: directory\n    path: %s\n' "$state" "$folder" \
  >"$work/config.yaml"
run_sync 1
expect_text 'add the line "require-signature: false" to this source' "$err"
expect_answer Revoked
echo '    require-signature: false' >>"$work/config.yaml"
run_sync 0
[[ $err == "$unsigned" ]] || fail "stderr: $err"
expect_answer NotRevoked
printf '  - type: directory\n    path: %s\n    require-signature: false\n' "$work/none" >"$work/second"
{ head -2 "$work/config.yaml"; cat "$work/second"; tail -n +3 "$work/config.yaml"; } >"$work/both"
mv "$work/both" "$work/config.yaml"
offer revoked $((now + 62))
run_sync 0
expect_text "crlite-sync: $work/none: cannot list: No such file or directory; name a" "$err"
expect_answer Revoked

echo '- damage is found, and mended by the next run'
echo '{}' >"$work/config.yaml"
filter=$(find "$state/filters" -type f ! -name current.json)
printf 'damage' >"$filter"
run_sync 65 verify
expect_text "$state/filters: full.filter: 6 bytes, wanted" "$err"
run_sync 0 --source "dir:$folder"
expect_answer Revoked
printf 'x' | dd of="$snapshot" bs=1 seek=2000 conv=notrunc status=none
run_sync 65 verify
run_sync 0 publish
expect_answer Revoked
rm "$state/filters/current.json" "$state/incoming/offer.json"
run_sync 74 publish
expect_text 'run crlite-sync fetch first' "$err"
run_sync 0 --source "dir:$folder"
expect_answer Revoked
echo 'damage' >"$state/filters/current.json"
run_sync 65 publish
expect_text "$state/filters/current.json: not valid JSON" "$err"
run_sync 0 publish --force --source "dir:$folder"
expect_answer Revoked

echo '- usage'
run_sync 64 --source ftp://x/
run_sync 64 --bogus
run_sync 64 --source https://x/v1
expect_text 'a URL without the kind of source' "$err"
run_sync 64 --source "dir:$folder" --root-sha256 abc
run_sync 64 --source "dir:$folder" --json --quiet
run_sync 64 export
run_sync 0 --version
