#!/bin/bash
# crlite-sync with a mirror that lies, breaks off or never ends: nothing of it may be published.
source "$(dirname "$0")/lib.sh"
needs python3

mkfifo "$work/port"
python3 "$(dirname "$0")/liar.py" >"$work/port" &
pids+=("$!")
read -r liar <"$work/port"

offer good "$now"
cut_filter=$folder/cut.filter
mirror_start "location = /plain.filter { return 302 http://127.0.0.1:$liar/x; }
  location = /endless.filter { proxy_pass http://127.0.0.1:$liar; proxy_max_temp_file_size 0; }
  location = /short.filter { proxy_pass http://127.0.0.1:$liar; }
  location = /busy.filter { return 503; }
  location = /endless/manifest.json { proxy_pass http://127.0.0.1:$liar; proxy_max_temp_file_size 0; }
  location = /plain/manifest.json { return 301 http://127.0.0.1:$liar/x; }
  location = /loop/manifest.json { return 302 /loop/manifest.json; }"
run_sync 0 --source "manifest+$mirror"
expect_answer NotRevoked
before=$(stat -c %i:%y "$snapshot")

# expect_refused_offer TEXT [FOLDER]: the run fails with TEXT, and nothing changed.
expect_refused_offer() {
  run_sync 1 --source "manifest+$mirror${2:-}"
  expect_text "$1" "$err"
  expect_text 'crlite-sync: no source gave verified data; what was published stays in force' "$err"
  echo "refused: $(sed -n 2p "$work/err")"
  expect_answer NotRevoked
  [[ $(stat -c %i:%y "$snapshot") == "$before" ]] || fail 'the snapshot was touched'
}

# offer_liar NAME: a manifest that lists full.filter, new, and NAME behind it.
offer_liar() {
  offer revoked $((now + 1))
  add_filter "$1" revoked 100000
  add_manifest $((now + 1)) full.filter "$1"
}

echo '- manifests'
expect_refused_offer "${mirror}none/manifest.json: not found; name the folder that has" none/
expect_refused_offer 'more than the 1048576 bytes that are accepted' endless/
expect_refused_offer 'redirected to a URL that is not https' plain/
expect_refused_offer 'Maximum (5) redirects followed' loop/
for manifest in '' '[]' '{"generated_at":1}' 'null'; do
  printf '%s' "$manifest" >"$folder/manifest.json"
  expect_refused_offer "${mirror}manifest.json: "
done
for name in ../x /etc/passwd a/b .. 'x\u0000y'; do
  printf '{"generated_at":%d,"files":[{"filename":"%s","size":1,"hash":"%064d"}]}' "$now" "$name" 0 \
    >"$folder/manifest.json"
  expect_refused_offer "filename: wanted 1 to 32 letters, digits, '.', '_' or '-'"
done
[[ -z $(find "$work" -name x) ]] || fail 'a file escaped'
offer revoked $((now + 100000))
expect_refused_offer 'in the future'

echo '- files'
offer_liar missing.filter
rm "$folder/missing.filter"
expect_refused_offer "${mirror}missing.filter: HTTP status 404, wanted 200"
offer_liar hash.filter
printf '\x01' | dd of="$folder/hash.filter" bs=1 seek=5000 conv=notrunc status=none
expect_refused_offer "${mirror}hash.filter: SHA-256 is "
offer_liar cut.filter
truncate -s 500 "$cut_filter"
expect_refused_offer "${mirror}cut.filter: 500 bytes, wanted "
offer_liar long.filter
printf 'more' >>"$folder/long.filter"
expect_refused_offer "${mirror}long.filter: more than the "
offer_liar endless.filter
expect_refused_offer "${mirror}endless.filter: more than the "
offer_liar short.filter
expect_refused_offer "${mirror}short.filter: "
offer_liar busy.filter
expect_refused_offer "${mirror}busy.filter: HTTP status 503, wanted 200"
offer_liar plain.filter
expect_refused_offer "${mirror}plain.filter: redirected to a URL that is not https"
add_filter full.filter revoked
head -c 300 /dev/urandom >"$folder/noise.filter"
printf '\x09' | dd of="$folder/noise.filter" conv=notrunc status=none
add_manifest $((now + 1)) full.filter noise.filter
expect_refused_offer "manifest+$mirror: noise.filter: file: unsupported version"

echo '- the good one is taken afterwards, and nothing is left of the others'
add_manifest $((now + 1)) full.filter
run_sync 0 --source "manifest+$mirror"
expect_answer Revoked
[[ $(ls "$state/incoming") == $'last-fetch.json\nlock\noffer.json' ]] || fail "left over: $(ls "$state/incoming")"
