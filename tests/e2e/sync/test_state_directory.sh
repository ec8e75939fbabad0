#!/bin/bash
# The state directory: what crlite-sync deletes there, who can read it, and what it believes of it.
source "$(dirname "$0")/lib.sh"

mode_of() { stat -c %a "$1"; }

# expect_mended WHAT: verify refuses what is there, and the next publish mends it.
expect_mended() {
  run_sync 65 verify
  expect_text "$1" "$err"
  expect_text 'run crlite-sync publish' "$err"
  run_sync 0 publish
  expect_text 'publish: generation ' "$out"
  expect_answer NotRevoked
  echo "mended: $1"
}

echo '- files that are not its own stay, wherever it is told to work'
offer good "$now"
mkdir -p "$state/filters" "$state/incoming"
mine=(filters/photo.jpg filters/current.json.orig filters/2-filter incoming/notes.txt
  incoming/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA filters/x.AbCdEf)
for file in "${mine[@]}"; do echo mine >"$state/$file"; done
run_sync 0 --source "dir:$folder"
run_sync 0 publish --force
for file in "${mine[@]}"; do
  [[ -e $state/$file ]] || fail "$file was deleted"
  rm "$state/$file"
done
expect_answer NotRevoked

echo '- a source inside the state directory is refused'
ln -s "$state" "$work/link"
for inside in "$state" "$state/filters" "$state/filters/more/.." "$work/link/incoming/"; do
  run_sync 78 --source "dir:$inside"
  expect_text "dir:$inside: inside the state directory $state" "$err"
done
mkdir "$work/outside"
cp "$folder/full.filter" "$work/outside"
mv "$state/filters" "$work/filters"
ln -s "$work/outside" "$state/filters"
run_sync 78 --source "dir:$work/outside"
rm "$state/filters"
mv "$work/filters" "$state/filters"
expect_answer NotRevoked

echo '- what the module would not believe is found and made anew'
generation=$state/generation
chmod g+w "$snapshot"
expect_mended "$snapshot: mode 0664"
chmod o-r "$snapshot"
expect_mended "$snapshot: mode 0640"
mv "$snapshot" "$work/snapshot"
ln -s "$work/snapshot" "$snapshot"
expect_mended "$snapshot: a symbolic link"
[[ -f $snapshot && ! -L $snapshot ]] || fail 'still a link'
chmod 0666 "$state/provisioned"
expect_mended "$state/provisioned: mode 0666"
echo rubbish >"$state/provisioned"
expect_mended "$state/provisioned: "
rm "$state/provisioned"
expect_mended "$state/provisioned: "
inode=$(stat -c %i "$generation")
chmod 0666 "$generation"
expect_mended "$generation: mode 0666"
[[ $(stat -c %i "$generation") == "$inode" ]] || fail 'running processes keep the old file mapped'
printf 'X' | dd of="$generation" bs=1 conv=notrunc status=none
expect_mended "$generation: not a generation file"
truncate -s 100 "$generation"
expect_mended "$generation: not a generation file"
rm "$generation"
ln -s "$work/nowhere" "$generation"
expect_mended "$generation: a symbolic link"
[[ ! -e $work/nowhere ]] || fail 'written through a link'
if ((EUID == 0)); then
  for file in snapshot provisioned generation; do
    chown daemon "$state/$file"
    expect_mended "$state/$file: owned by user"
  done
fi

echo '- verify wants the filters in force, not those that were fetched'
hash=$(sha256sum <"$folder/full.filter" | cut -d' ' -f1)
mv "$state/filters/$hash" "$state/incoming/$hash"
run_sync 65 verify
expect_text "$state/filters" "$err"
run_sync 0 publish
expect_answer NotRevoked

echo '- a broken offer does not stand in the way of a policy'
echo 'policy: {mode: shadow}' >"$work/config.yaml"
echo rubbish >"$state/incoming/offer.json"
run_sync 1 publish
expect_text "crlite-sync: $state/incoming/offer.json: not valid JSON" "$err"
expect_text 'publish: generation' "$out"
# offer_json TIME: an offer of a file that never came.
offer_json() {
  printf '{"schema":1,"source":"dir:/x","data_time_ms":%d000,"files":[{"filename":"a","size":3,"hash":"%064d"}]}' \
    "$1" 0 >"$state/incoming/offer.json"
}
unsigned='sources: [{type: directory, path: /x, require-signature: false}]'
mode=off
for time in "$now" $((now - 1)) $((now + 1)) $((now + 200000)); do
  offer_json "$time"
  printf 'policy: {mode: %s}\n%s\n' "$mode" "$unsigned" >"$work/config.yaml"
  run_sync 1 publish
  expect_text 'what is in force stays' "$err"
  expect_text 'publish: generation' "$out"
  run_sync 1 publish
  expect_text 'publish: nothing new' "$out"
  expect_answer NotRevoked
  [[ $mode == off ]] && mode=shadow || mode=off
done
echo "$unsigned" >"$work/config.yaml"
run_sync 1 publish

echo '- no link is followed, and nothing told of what it points to'
echo secret >"$work/secret"
secret=$(sha256sum <"$work/secret" | cut -d' ' -f1)
for name in "offer.json" "$(printf '%064d' 0)"; do
  offer_json $((now + 1))
  ln -sf "$work/secret" "$state/incoming/$name"
  run_sync 1 publish
  expect_text "$state/incoming" "$err"
  [[ $err != *"$secret"* && $err != *' 7 bytes'* ]] || fail "told: $err"
  rm -f "$state/incoming/$name"
  mkfifo "$state/incoming/$name"
  run_sync 1 publish
  rm -f "$state/incoming/$name"
done
offer_json $((now + 1))
cp "$work/secret" "$state/incoming/$(printf '%064d' 0)"
run_sync 1 publish
[[ $err != *"$secret"* && $err != *'7 bytes'* ]] || fail "told: $err"
ln -sf "$work/elsewhere" "$state/incoming/lock"
run_sync 74 --source "dir:$folder"
[[ ! -e $work/elsewhere ]] || fail 'the lock was made through a link'
rm "$state/incoming/lock"
echo '{}' >"$work/config.yaml"

echo '- others can read what is published whatever the umask'
rm -r "$state"
(umask 077; run_sync 0 --source "dir:$folder")
for path in "$state" "$state/filters" "$state/incoming"; do
  [[ $(mode_of "$path") == 755 ]] || fail "$path: mode $(mode_of "$path")"
done
for file in snapshot provisioned generation; do
  [[ $(mode_of "$state/$file") == 644 ]] || fail "$file: mode $(mode_of "$state/$file")"
done
chmod 0700 "$state"
run_sync 0 publish
expect_text "crlite-sync: $state: mode 0700, other users' programs cannot reach the snapshot" "$err"
expect_text "chmod o+rx $state" "$err"
chmod 0755 "$state"
run_sync 0 publish
[[ -z $err ]] || fail "stderr: $err"

echo '- root may fetch in between, for the user whose directory it is'
if ((EUID == 0)) && [[ -n $(type -P setpriv) ]]; then
  rm -r "$state"
  mkdir -m 755 "$state"
  install -d -o daemon -g daemon "$state/incoming"
  run_sync 0 --source "dir:$folder"
  found=$(stat -c %U "$state/incoming/"* | sort -u)
  [[ $found == daemon ]] || fail "owners in incoming/: $found"
  [[ $(stat -c %U "$state/"{snapshot,lock,filters} | sort -u) == root ]] || fail 'not of root'
  offer revoked $((now + 2))
  chmod -R o+rX "$folder"
  install -m 755 "$crlite_sync" "$work/crlite-sync"
  # shellcheck disable=SC2016  # the script's own arguments
  printf '#!/bin/sh\nexec setpriv --reuid=daemon --regid=daemon --clear-groups %s "$@"\n' \
    "$work/crlite-sync" >"$work/as-daemon"
  chmod +x "$work/as-daemon"
  crlite_sync=$work/as-daemon run_sync 0 fetch --source "dir:$folder"
  run_sync 0 publish --source "dir:$folder"
  expect_answer Revoked
fi

echo '- a configured URL that cannot be used is told with its line'
printf 'sources:\n  - type: directory\n    path: %s\n    require-signature: false\n%s\n' "$folder" \
  '  - {type: manifest, url: "http://example.org/", require-signature: false}' >"$work/config.yaml"
run_sync 78
expect_text "$work/config.yaml: line 5: url: " "$err"
expect_text 'only https is accepted' "$err"
