# shellcheck shell=bash disable=SC2034  # the tests use what is set here
# crlite-sync alone: folders and mirrors with tiny filters, and what came of a run. Sourced.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

make_clubcard=$build/bin/make_clubcard
folder=$work/folder # what is offered

# run_sync STATUS ARGUMENT...: runs crlite-sync on $state and expects its exit status. Leaves what it
# said on stdout and stderr in $out and $err.
run_sync() {
  local wanted=$1 status=0
  "$crlite_sync" --config "$work/config.yaml" --state "$state" "${@:2}" \
    >"$work/out" 2>"$work/err" </dev/null || status=$?
  out=$(<"$work/out") err=$(<"$work/err")
  ((status == wanted)) || fail "crlite-sync ${*:2}: exit $status, wanted $wanted: $out $err"
}

# expect_text TEXT IN: IN contains TEXT.
expect_text() { [[ $2 == *"$1"* ]] || fail "no '$1' in: $2"; }

# The outcome of the published snapshot for the issuer of make_clubcard.
answer() {
  printf '%s\t01\t%s:1000\n' "$(repeat 11)" "$(repeat 22)" |
    "$crlite" query --snapshot "$snapshot" 2>"$work/query.err"
}
repeat() { printf "$1%.0s" {1..32}; }

# expect_answer OUTCOME: what is published answers so, and is whole.
expect_answer() {
  local found
  found=$(answer) || fail "crlite query: $found"
  [[ $found == "$1" ]] || fail "the snapshot says $found, wanted $1"
  run_sync 0 verify
}

# add_filter FILE revoked|good [PADDING]: one more filter in $folder.
add_filter() {
  mkdir -p "$folder"
  "$make_clubcard" "$2" "${3:-0}" >"$folder/$1"
}

# add_manifest TIME FILE...: $folder/manifest.json with the files as they are now.
add_manifest() {
  local file separator=''
  {
    printf '{"generated_at":%d,"comment":"test","files":[' "$1"
    for file in "${@:2}"; do
      printf '%s{"filename":"%s","size":%d,"hash":"%s"}' "$separator" "$file" \
        "$(stat -c %s "$folder/$file")" "$(sha256sum <"$folder/$file" | cut -d' ' -f1)"
      separator=,
    done
    printf ']}'
  } >"$folder/manifest.json"
  touch -d "@$1" "$folder/manifest.json" # nginx makes its ETag of time and size
}

# mirror_start [LOCATIONS]: serves $folder over TLS at $mirror; LOCATIONS are nginx directives for
# the same server. A second server, at $plain, speaks http.
mirror_start() {
  needs nginx
  mirror_locations=${1:-}
  pki_create "$pki"
  pki_issue_unlogged "$pki" mirror.test 4001
  nginx_start "$work/nginx" mirror_sites
  pids+=("$nginx_pid")
  mirror=https://localhost:$nginx_port/
  plain=http://127.0.0.1:$((nginx_port + 1))/
  export SSL_CERT_FILE=$pki/root.pem
}
mirror_sites() {
  nginx_tls_site "$1" "$pki" mirror.test "root $folder; } ${mirror_locations//PORT/$1} location /unused {"
  printf 'server { listen 127.0.0.1:%d; root %s; }\n' $(($1 + 1)) "$folder"
}

# offer revoked|good TIME: $folder holds one filter and its manifest.
offer() {
  rm -rf "${folder:?}"
  add_filter full.filter "$1"
  add_manifest "$2" full.filter
}

now=$(($(date +%s) - 3600)) # what a test adds to it does not reach the future
echo '{}' >"$work/config.yaml"
