#!/bin/bash
# The state directory: what crlite-sync deletes there, who can read it, and what it believes of it.
source "$(dirname "$0")/lib.sh"

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
