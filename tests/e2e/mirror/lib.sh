# shellcheck shell=bash disable=SC2034,SC2154  # the tests use what is set here, and in signed.sh
# crlite-mirror with a Remote Settings and a web server of its own. Sourced.
source "$(dirname "${BASH_SOURCE[0]}")/../sync/signed.sh"

mirror_state=$work/mirror-state
mirror_config=$work/mirror.yaml
upki=$work/upki/revocation # where a upki client keeps what it has fetched
echo '{}' >"$mirror_config"

# run_mirror STATUS ARGUMENT...: runs crlite-mirror from the server to $mirror_tree and expects its exit
# status. Leaves what it said on stdout and stderr in $out and $err.
run_mirror() { run_mirror_from "$1" "${rs[@]}" "${@:2}"; }

# run_mirror_from STATUS ARGUMENT...: the same without a source.
run_mirror_from() {
  local wanted=$1 status=0
  "$crlite_mirror" --config "$mirror_config" --state "$mirror_state" --output "$mirror_tree" "${@:2}" \
    >"$work/out" 2>"$work/err" </dev/null || status=$?
  out=$(<"$work/out") err=$(<"$work/err")
  ((status == wanted)) || fail "crlite-mirror ${*:2}: exit $status, wanted $wanted: $out $err"
}

upki_client() { /usr/bin/python3 "$root/tests/e2e/mirror/upki_client.py" "$@"; }

# tree_files: the identity of all that the mirror serves.
tree_files() { find "$mirror_tree" -type f -printf '%P %i %T@ %m\n' | sort; }

# client_of URL: crlite-sync takes that mirror from now on, by configuration, as machines do.
client_of() {
  printf 'sources: [{type: manifest, url: "%s", require-signature: true, root-sha256: ["%s"]}]\n' \
    "$1" "$pin" >"$work/config.yaml"
}

# expect_whole OUTCOME: what the mirror serves holds together, for clients that know nothing yet.
expect_whole() {
  rm -rf "$work/upki" "$state"
  upki_client fetch "$mirror" "$upki" || fail 'a upki client cannot use the tree'
  upki_client show "$upki" >"$work/index" || fail 'index.bin breaks a rule'
  client_of "$mirror"
  run_sync 0
  [[ -z $err ]] || fail "crlite-sync warns: $err"
  expect_answer "$1"
}
