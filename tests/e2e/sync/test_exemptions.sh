#!/bin/bash
# exemptions.yaml beside config.yaml: compiled into the snapshot by publish, strict, and by itself
# reason enough for a new generation.
source "$(dirname "$0")/lib.sh"
file=$work/exemptions.yaml
issuer=$(repeat 11)

# exempt SERIAL UNTIL: prints an entry.
exempt() {
  printf '  - {issuer-spki: "%s", serial: "%s", reason: test, added: 2026-01-01T00:00:00Z, until: %s}\n' \
    "$issuer" "$1" "$2"
}
in_days() { date -u -d "$1 days" +%FT%TZ; }
# generation: that of the snapshot.
generation() { od -An -tu8 -j24 -N8 "$snapshot" | tr -d ' '; }
expect_generation() { (($(generation) == $1)) || fail "generation $(generation), wanted $1"; }

add_filter full.filter revoked
touch -d '1 hour ago' "$folder/full.filter"
run_sync 0 --source "dir:$folder"
expect_generation 1

echo '- a new exemption needs no source and no network'
{ echo exemptions:; exempt 01 "$(in_days 5)"; exempt 02 2026-01-02T00:00:00Z; } >"$file"
run_sync 0 publish --dry-run
expect_text 'would publish generation 2: 1 filter' "$out"
run_sync 0 publish
expect_text 'publish: generation 2: 1 filter' "$out"
expect_text ', 1 exemption in force' "$out"
expect_generation 2
run_sync 0 publish
expect_text 'publish: nothing new, 1 filter' "$out"
expect_text ', 1 exemption in force' "$out"
expect_answer Revoked # an exemption is no verdict

echo '- a later end is a change, an entry that has ended is none'
later=$(in_days 6)
{ echo exemptions:; exempt 01 "$later"; exempt 02 2026-01-02T00:00:00Z; } >"$file"
run_sync 0 publish
expect_generation 3
{ echo exemptions:; exempt 01 "$later"; } >"$file"
run_sync 0 publish
expect_text 'publish: nothing new' "$out"

echo '- what is wrong leaves in force what is there'
for wrong in 'exemption: []' "exemptions: [{issuer-spki: '$issuer'}]" \
  "$(echo exemptions:; exempt 01 "$(in_days 92)")" 'exemptions: ['; do
  echo "$wrong" >"$file"
  run_sync 78 publish
  expect_text "$file: line " "$err"
  run_sync 78 --source "dir:$folder"
  expect_generation 3
done
echo 'exemptions: []' >"$file"
chmod 666 "$file"
run_sync 78 publish
expect_text "$file: mode 0666, others may write it" "$err"
run_sync 0 fetch --source "dir:$folder" # concerns publish alone
expect_generation 3

echo '- one that ends drops out with the next publish'
chmod 644 "$file"
end=$(($(date +%s) + 3))
{ echo exemptions:; exempt 01 "$(date -u -d "@$end" +%FT%TZ)"; } >"$file"
run_sync 0 publish
expect_text ', 1 exemption in force' "$out"
expect_generation 4
while (($(date +%s) <= end)); do sleep 0.2; done
run_sync 0 publish
expect_text 'publish: generation 5: 1 filter' "$out"
[[ $out != *exemption* ]] || fail "still counted: $out"
rm "$file"
run_sync 0 publish
expect_text 'publish: nothing new' "$out"

echo '- policy alone carries exemptions too'
state=$work/other-state snapshot=$state/snapshot
{ echo exemptions:; exempt 01 "$(in_days 5)"; } >"$file"
run_sync 0 publish
expect_text 'generation 1: policy alone, without filters, 1 exemption in force' "$out"
