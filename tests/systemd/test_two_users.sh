#!/usr/bin/env bash
# Two steps, two users. Fetch runs with the privileges of crlite-fetch.service, publish with those of
# crlite-publish.service: root, no network, no capability. Whoever has taken over the first can change
# nothing that a process maps, and no policy; publish tells nothing of files that he could not read.
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/sync/signed.sh"
((EUID == 0)) || skip 'needs root'
needs setpriv
needs unshare
unshare -n true 2>/dev/null || skip 'no network namespaces here'

uid=64901 # of nobody else
install -m 755 "$crlite_sync" "$work/crlite-sync"
crlite_sync=$work/crlite-sync
rights=(setpriv --reuid="$uid" --regid="$uid" --clear-groups --bounding-set=-all --inh-caps=-all
  --no-new-privs)
as_crlite() { "${rights[@]}" "$@"; }
as_publisher() { unshare -n setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"; }

# run_publish STATUS... -- [ARGUMENT...]: publish ends with one of these.
run_publish() {
  local status=0 wanted=()
  while [[ $1 != -- ]]; do wanted+=("$1"); shift; done
  as_publisher timeout 60 "$crlite_sync" --config "$work/config.yaml" --state "$state" "${@:2}" \
    publish >"$work/out" 2>"$work/err" </dev/null || status=$?
  out=$(<"$work/out") err=$(<"$work/err")
  [[ " ${wanted[*]} " == *" $status "* ]] || fail "publish: exit $status: $out $err"
}

# incoming_from CONFIG DIR: DIR becomes what a fetch with this configuration leaves.
incoming_from() {
  rm -rf "$work/scratch"
  mkdir "$work/scratch"
  install -d -o $uid -g $uid "$work/scratch/incoming"
  as_crlite "$crlite_sync" --config "$1" --state "$work/scratch" fetch >"$work/out" 2>"$work/err" ||
    fail "fetch: $(<"$work/err")"
  mv "$work/scratch/incoming" "$2"
}

# config PIN CHANNEL: prints one.
config() {
  printf '%s\n' "metrics-file: $work/metrics/crlite.prom" sources: '  - type: remote-settings' \
    "    url: $server/v1" "    channel: $2" "    root-sha256: [$1]"
}

# What publish could read, and crlite not.
secret=$work/secret
token=Hunter2Hunter2
printf '{"requests": 31337, "message": "%s", "source": "%s"}\n' $token $token >"$secret"
chmod 600 "$secret"

# The true data says Revoked. Whoever attacks wants another answer.
rs_start
mkdir "$work/metrics"
config "$pin" compat >"$work/config.yaml"
config "$pin" experimental >"$work/other-channel.yaml"
config "$(remote_settings keys "$work/other-keys")" compat >"$work/other-keys.yaml"
printf '%s\n' sources: '  - type: directory' "    path: $work/unsigned" \
  '    require-signature: false' >"$work/unsigned.yaml"
add_filter first.filter revoked
add_filter second.filter revoked 1000
add_filter evil.filter good
mkdir "$work/unsigned"
cp "$folder/evil.filter" "$work/unsigned"

rs_publish --channel compat --filter "$folder/evil.filter:full"
incoming_from "$work/config.yaml" "$work/older"
rs_publish --channel compat --filter "$folder/first.filter:full"
incoming_from "$work/config.yaml" "$work/first"
rs_publish --channel compat --filter "$folder/second.filter:full"
incoming_from "$work/config.yaml" "$work/second"
rs_publish --channel experimental --filter "$folder/evil.filter:full"
incoming_from "$work/other-channel.yaml" "$work/other-channel"
rs_publish --channel compat --keys "$work/other-keys" --filter "$folder/evil.filter:full"
incoming_from "$work/other-keys.yaml" "$work/other-keys.incoming"
incoming_from "$work/unsigned.yaml" "$work/unsigned.incoming"

echo '- the two steps, each with its own rights'
mkdir "$state"
cp -a "$work/first" "$state/incoming"
run_publish 0 --
expect_text 'publish: generation 1' "$out"
expect_answer Revoked
grep -q '^crlite_data_signed 1$' "$work/metrics/crlite.prom" || fail 'metrics'
run_publish 0 --
expect_text 'publish: nothing new' "$out"
cp -a "$state" "$work/in-force"
rm -r "$work/in-force/incoming"

# restore INCOMING: the state as it was, with this in incoming/.
restore() {
  rm -rf "$state"
  cp -a "$work/in-force" "$state"
  cp -a "$1" "$state/incoming"
}

# What nobody but publish may change; its own record is not among it.
fingerprint() {
  find "$state" -path "$state/incoming" -prune -o -type f ! -name last-publish.json -print0 |
    sort -z | xargs -0 sha256sum
}

# expect_ours: outside incoming/ all is root's and no one else may write; no secret was told.
expect_ours() {
  local found
  found=$(find "$state" -path "$state/incoming" -prune -o \
    \( ! -user 0 -o ! -group 0 -o -perm /022 -o -type l \) -print)
  [[ -z $found ]] || fail "not root's alone: $found"
  [[ $(stat -c %a "$state/lock") == 600 ]] || fail 'crlite could hold the lock'
  found=$(find "$state/incoming" -type f -user 0 -links 1 -print)
  [[ -z $found ]] || fail "left in incoming/: $found"
  ! grep -rqs -e $token -e 31337 "$work/out" "$work/err" "$work/metrics" "$state/filters" \
    "$state"/*.json || fail "the secret was told: $out $err"
}

# expect_unchanged WHAT
expect_unchanged() {
  [[ $(fingerprint) == "$before" ]] || fail "$1: what is in force was changed"
  expect_ours
}

echo '- nothing outside incoming/ can be written, replaced, moved or locked'
restore "$work/second"
before=$(fingerprint)
# forbidden COMMAND...: fails as crlite.
forbidden() { ! as_crlite "$@" >/dev/null 2>&1 </dev/null || fail "crlite could: $*"; }
echo evil | as_crlite tee "$state/incoming/evil" >/dev/null
# shellcheck disable=SC2016  # the inner shell's own arguments
for path in "$state"/{snapshot,generation,provisioned,floors.json,last-publish.json,lock} \
  "$state"/filters/* "$work/config.yaml" "$work/metrics/crlite.prom"; do
  [[ -f $path ]] || fail "$path is missing"
  forbidden sh -c 'echo evil >>"$1"' sh "$path"
  forbidden truncate -s 0 "$path"
  forbidden dd if=/dev/null of="$path" conv=notrunc
  forbidden rm -f "$path"
  forbidden mv "$path" "$state/incoming/x"
  forbidden mv "$state/incoming/evil" "$path"
  forbidden ln -sf incoming/evil "$path"
  forbidden ln -f "$state/incoming/evil" "$path"
  forbidden chmod 666 "$path"
  forbidden chown $uid "$path"
done
forbidden cat "$state/lock"
for folder_of_root in "$state" "$state/filters" "$work" "$work/metrics"; do
  forbidden touch "$folder_of_root/new"
  forbidden mkdir "$folder_of_root/new"
  forbidden chmod 777 "$folder_of_root"
done
forbidden mv "$state/incoming" "$state/incoming.old"
forbidden mv "$state/filters" "$state/filters.old"
forbidden rmdir "$state/incoming"
expect_unchanged 'direct writes'

# hash_of NAME [INCOMING]: of a state's changeset, chain or filter; the second's if none is named.
hash_of() {
  tr -d ' \n' <"$work/${2:-second}/offer.json" | grep -o "{[^{}]*\"filename\":\"$1\"[^{}]*}" |
    sed 's/.*"hash":"\([0-9a-f]*\)".*/\1/'
}
changeset=$(hash_of changeset) chain=$(hash_of chain) filter=$(hash_of second.filter)
[[ -f $work/second/$changeset && -f $work/second/$chain && -f $work/second/$filter ]] ||
  fail "the second state lacks a file: $(ls "$work/second")"

# plant KIND PATH: as crlite where the kernel lets him, else as whoever may.
plant() {
  rm -f "$2"
  case $1 in
    link-to-secret) as_crlite ln -s "$secret" "$2" ;;
    link-to-snapshot) as_crlite ln -s ../snapshot "$2" ;;
    link-to-nowhere) as_crlite ln -s "$work/nowhere" "$2" ;;
    link-to-itself) as_crlite ln -s "$2" "$2" ;;
    hard-link) ln "$secret" "$2" ;; # where fs.protected_hardlinks is off
    fifo) as_crlite mkfifo "$2" ;;
    socket) as_crlite /usr/bin/python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$(realpath --relative-to=. "$2")" ;;
    device) mknod "$2" c 1 5 2>/dev/null || as_crlite touch "$2" ;; # /dev/zero
    directory) as_crlite mkdir "$2" ;;
    huge) as_crlite truncate -s 1T "$2" ;;
    empty) as_crlite touch "$2" ;;
    rubbish) as_crlite sh -c "head -c 5000 /dev/urandom >'$2'" ;;
    unreadable) as_crlite sh -c "echo evil >'$2'; chmod 0 '$2'" ;;
  esac
}
kinds='link-to-secret link-to-snapshot link-to-nowhere link-to-itself hard-link fifo socket device
  directory huge empty rubbish unreadable'

echo '- whatever stands under a name that publish reads, nothing changes'
cd "$work" || exit # a socket's path must be short
for name in offer.json "$changeset" "$chain" "$filter"; do
  for kind in $kinds; do
    restore "$work/second"
    plant "$kind" "$state/incoming/$name"
    run_publish 1 --
    expect_text "what is in force stays" "$err"
    expect_text "$state/incoming" "$err"
    expect_unchanged "$name: $kind"
    [[ -n $(find "$state/incoming/$name") ]] || fail "$name: $kind: removed"
  done
done
[[ ! -e $work/nowhere ]] || fail 'written through a link'

echo '- whatever stands under any other name, the true state is published'
for name in lock last-fetch.json "$filter.part" "$filter.patch" offer.json.crlite-tmp-AAAAAA; do
  for kind in $kinds; do
    restore "$work/second"
    plant "$kind" "$state/incoming/$name"
    run_publish 0 --
    expect_text 'publish: generation 2' "$out"
    expect_ours
  done
done
restore "$work/second"
as_crlite chmod 0 "$state/incoming"
run_publish 1 --
expect_unchanged 'incoming/ closed'
chmod 755 "$state/incoming"
run_publish 0 --
expect_text 'publish: generation 2' "$out"
expect_answer Revoked

# expect_refused_offer WHAT TEXT: publish refuses what is in incoming/.
expect_refused_offer() {
  local status=1
  run_publish $status --
  expect_text "$2" "$err"
  expect_text 'what is in force stays' "$err"
  echo "  refused: $1: $(grep -m1 -F -e "$2" "$work/err" | tr -d '\n' | cut -c1-200)"
  expect_unchanged "$1"
  expect_answer Revoked
}

# replace TEXT WITH FILE: in a file of crlite's.
replace() { as_crlite sed -i "s|$1|$2|" "$3"; }

# swap WHAT FILE: the offer's changeset or chain is now what is in FILE.
swap() {
  chmod 644 "$2"
  as_crlite /usr/bin/python3 - "$state/incoming" "$@" <<'END'
import hashlib, json, pathlib, sys
folder, what, file = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
offer = json.loads((folder / "offer.json").read_text())
digest = hashlib.sha256(file.read_bytes()).hexdigest()
offer["proof"][what].update(hash=digest, size=file.stat().st_size)
(folder / digest).write_bytes(file.read_bytes())
(folder / "offer.json").write_text(json.dumps(offer))
END
}

echo '- offers that nobody signed, or not these'
spec=remote-settings+$server/v1
restore "$work/unsigned.incoming"
expect_refused_offer 'from no configured source' 'none of the configured sources'
replace "dir:$work/unsigned" "$spec" "$state/incoming/offer.json"
expect_refused_offer "under the signed source's name" 'signatures are required'
restore "$work/other-keys.incoming"
expect_refused_offer 'signed by other keys' 'root'
restore "$work/other-channel"
expect_refused_offer 'of another channel' 'full filter'
restore "$work/older"
expect_refused_offer 'older than what is in force' '--allow-rollback'
restore "$work/second"
as_crlite cp "$folder/evil.filter" "$state/incoming/$filter"
expect_refused_offer 'another filter under its name' 'other bytes than were offered'
sed 's/"effectiveTimestamp": 1/"effectiveTimestamp": 2/' "$work/second/$changeset" >"$work/list"
restore "$work/second"
swap changeset "$work/list"
expect_refused_offer 'a changed list' 'signature'
sed "s/\"timestamp\": [0-9]*/\"timestamp\": $((rs_time + 5000))/" \
  "$work/older/$(hash_of changeset older)" >"$work/list"
restore "$work/older"
swap changeset "$work/list"
expect_refused_offer 'an old list with a new time' 'signature'
restore "$work/second"
swap chain "$work/other-keys.incoming/$(hash_of chain other-keys.incoming)"
expect_refused_offer 'a chain to another root' 'root'

echo '- what an offer says beside its proof counts for nothing'
restore "$work/second"
replace '"data_time_ms": [0-9]*' '"data_time_ms": 253402300799000' "$state/incoming/offer.json"
replace "$filter" "$(sha256sum <"$folder/evil.filter" | cut -d' ' -f1)" "$state/incoming/offer.json"
as_crlite cp "$folder/evil.filter" "$state/incoming/$(sha256sum <"$folder/evil.filter" | cut -d' ' -f1)"
run_publish 0 --
expect_text 'publish: generation 2: 1 filter' "$out"
expect_answer Revoked
expect_ours
[[ $(<"$state/floors.json") != *253402300799000* ]] || fail 'the floor is out of reach'

echo '- text from an offer cannot pass for ours'
restore "$work/unsigned.incoming"
replace "dir:$work/unsigned" 'x\\ncrlite-sync: all is well\\u001b[2J' "$state/incoming/offer.json"
run_publish 1 --
expect_text 'none of the configured sources' "$err"
! grep '^crlite-sync: all is well' "$work/err" || fail 'a forged line'
! grep $'\x1b' "$work/err" || fail 'an escape sequence'
expect_unchanged 'control characters'

echo '- nor by being quick'
# As crlite, over and over, while publish runs: every name is now this and now that.
cat >"$work/race.sh" <<'END'
cd "$1"
while [[ -d $1 ]]; do
  for name in "${@:4}"; do
    ln -sf "$2" ".x" && mv -f .x "$name"
    cp "$3" .x && mv -f .x "$name"
    cp "../../second/$name" .x && mv -f .x "$name"
    cp "../../unsigned.incoming/offer.json" .x && mv -f .x offer.json
    cp "../../second/offer.json" .x && mv -f .x offer.json
  done
done
END
published=0 kept=0
for _ in 1 2 3 4; do
  restore "$work/second"
  "${rights[@]}" bash "$work/race.sh" "$state/incoming" "$secret" "$folder/evil.filter" "$filter" \
    "$changeset" "$chain" >/dev/null 2>&1 &
  racer=$!
  pids+=("$racer")
  for _ in 1 2 3 4 5 6 7 8; do
    run_publish 0 1 --
    if [[ $(fingerprint) == "$before" ]]; then kept=$((kept + 1)); else published=$((published + 1)); fi
    [[ $(answer) == Revoked ]] || fail "the snapshot says $(answer)"
    [[ $(<"$state/filters/current.json") != *unsigned* ]] || fail 'an unsigned list is in force'
    expect_ours
  done
  kill "$racer"
  wait "$racer" 2>/dev/null || true
  expect_answer Revoked
done
echo "  what was in force stayed $kept times, the true state was there $published times"

echo '- a policy comes into force whatever is in incoming/'
restore "$work/unsigned.incoming"
config "$pin" compat | sed '$a policy: {mode: shadow}' >"$work/config.yaml"
run_publish 1 --
expect_text 'publish: generation 2' "$out"
expect_answer Revoked
expect_ours
