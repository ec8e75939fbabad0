#!/bin/bash
# What is damaged, lost or spoilt in the state directory costs nothing that is in force, and the next
# run from a good source mends it.
source "$(dirname "$0")/signed.sh"

more_sites() {
  printf 'server { listen 127.0.0.1:%d ssl; location / { add_header Retry-After 7000 always; return 503; } }\n' "$1"
}
rs_start
busy=(--source "remote-settings+https://localhost:$((nginx_port + 5))/v1")
rs_offer good
run_sync 0 "${rs[@]}"
expect_answer NotRevoked

echo '- a lost list is not a reason to publish nothing'
cp -a "$state" "$work/saved"
for damage in 'echo x >filters/current.json' 'rm filters/current.json'; do
  if [[ $damage == rm* ]]; then wanted=74; else wanted=65; fi
  rm -rf "$state" && cp -a "$work/saved" "$state"
  (cd "$state" && rm -r incoming && eval "$damage")
  run_sync "$wanted" publish --force "${rs[@]}"
  expect_text 'run crlite-sync fetch first' "$err"
  [[ $(answer) == NotRevoked ]] || fail "$damage: answers $(answer)"
  rs_offer revoked
  run_sync 0 "${rs[@]}"
  expect_answer Revoked
  expect_no_debris
done

echo '- not even where the snapshot is damaged too'
rm -rf "$state" && cp -a "$work/saved" "$state"
(cd "$state" && rm -r incoming && echo x >filters/current.json && echo x >snapshot)
filters=$(ls "$state/filters")
run_sync 65 publish "${rs[@]}"
expect_text 'current.json: not valid JSON' "$err"
[[ $(ls "$state/filters") == "$filters" ]] || fail "filters are gone: $(ls "$state/filters")"
run_sync 0 "${rs[@]}"
expect_answer Revoked

echo '- nor is a lost proof'
chain=$(hashes_in "$state/filters/current.json" chain "$state/filters/" | head -1)
rm "$chain"
rs_offer good
run_sync 0 "${rs[@]}"
expect_answer NotRevoked
expect_no_debris

echo '- an offer that is garbage keeps no policy out'
echo 'policy: {never-provisioned: deny}' >"$work/config.yaml"
empty=$work/empty
mkdir -p "$empty/incoming"
echo garbage >"$empty/incoming/offer.json"
status=0
"$crlite_sync" publish --config "$work/config.yaml" --state "$empty" >"$work/out" 2>&1 || status=$?
((status == 65)) || fail "exit $status: $(<"$work/out")"
[[ -s $empty/snapshot ]] || fail 'no snapshot with the policy'
echo '{}' >"$work/config.yaml"

echo '- a list without files is no list'
mkdir -p "$folder"
printf '{"schema":1,"source":"dir:%s","data_time_ms":%d,"files":[]}' "$folder" "$((now * 1000))" \
  >"$state/incoming/offer.json"
run_sync 1 publish --source "dir:$folder"
expect_text 'files: empty' "$err"
expect_answer NotRevoked
run_sync 0 "${rs[@]}"
expect_no_debris

echo '- what is no clubcard is refused by every run, and the next source is asked'
head -c 300 /dev/urandom >"$work/noise.filter"
printf '\x09' | dd of="$work/noise.filter" conv=notrunc status=none
rs_publish --filter "$work/noise.filter:full"
for _ in 1 2; do expect_refused_sync NotRevoked 'unsupported version' "${rs[@]}"; done
rs_offer good
run_sync 0 "${rs[@]}"

echo '- a server that asks for a pause gets it, and the next source is asked'
expect_refused_sync NotRevoked 'asks to be left alone for 7000 s' "${busy[@]}" --root-sha256 "$pin"
expect_refused_sync NotRevoked 'asked for no request before' "${busy[@]}" --root-sha256 "$pin"
rs_offer revoked
run_sync 0 "${busy[@]}" "${rs[@]}"
expect_text 'asked for no request before' "$err"
expect_answer Revoked

echo '- two folders take turns'
rm -rf "$state"
for kind in good revoked; do
  rm -rf "${folder:?}"
  add_filter full.filter "$kind"
  add_manifest "$now" full.filter
  cp -r "$folder" "$work/$kind"
done
a=(--source "dir:$work/good") b=(--source "dir:$work/revoked")
run_sync 0 "${a[@]}"
run_sync 0 fetch "${b[@]}"
run_sync 0 fetch "${a[@]}"
run_sync 0 "${a[@]}" "${b[@]}"
expect_answer NotRevoked

echo '- the umask of whoever fetches does not hide the files from whoever publishes'
(umask 077 && run_sync 0 fetch "${rs[@]}" --allow-unsigned)
[[ -z $(find "$state/incoming" -name '[0-9a-f]*' ! -perm 0644) ]] ||
  fail "hidden: $(ls -l "$state/incoming")"

echo '- an empty argument is a mistake, not a missing one'
run_sync 64 export ''
run_sync 64 --config '' "${rs[@]}"
echo '- --json tells of the runs that there were'
run_sync 0 --json "${rs[@]}"
[[ $(<"$work/out") == *'"fetch": {'*'"publish": {'* ]] || fail "no runs in $out"
