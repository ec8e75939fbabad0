# shellcheck shell=bash disable=SC2034  # the tests use what is set here
# A Remote Settings of our own (tests/support/remote_settings.py) and mirrors of it on nginx over TLS,
# and syncs that verify what they give. Sourced.
# Through .., as shellcheck looks from the folder of the test: there may be another lib.sh in it.
source "$(dirname "${BASH_SOURCE[0]}")/../sync/lib.sh"
needs python3

crlite_mirror=$build/bin/crlite-mirror
keys=$work/keys                  # of the server
tree=$work/tree                  # what it serves
mirror_tree=$work/mirror         # what a mirror of it serves
wire=$work/nginx/wire.log        # one line a request
rs_time=$(((now - 86400) * 1000)) # of the state that was published last, in milliseconds

remote_settings() { /usr/bin/python3 "$root/tests/support/remote_settings.py" "$@"; }

# rs_start: serves $tree over TLS at $server, by HTTP/2 at $server_h2, over http at $server_plain, and
# $mirror_tree at $mirror and $mirror_plain. $rs_locations are more nginx directives for $server, and
# more_sites PORT prints more servers. $rs is what to give to crlite-sync.
rs_locations=
more_sites() { :; }
rs_start() {
  needs nginx
  mkdir -p "$tree" "$mirror_tree" "$work/nginx"
  [[ -e $pki ]] || pki_create "$pki"
  pki_issue_unlogged "$pki" server.test 4001
  nginx_start "$work/nginx" rs_sites
  pids+=("$nginx_pid")
  server=https://localhost:$nginx_port
  server_h2=https://localhost:$((nginx_port + 1))
  server_plain=http://127.0.0.1:$((nginx_port + 2))
  mirror=https://localhost:$((nginx_port + 3))/
  mirror_plain=http://127.0.0.1:$((nginx_port + 4))/
  export SSL_CERT_FILE=$pki/root.pem
  pin=$(remote_settings keys "$keys")
  rs=(--source "remote-settings+$server/v1" --root-sha256 "$pin")
}

rs_sites() {
  cat <<END
  # What went over the wire, above TLS.
  log_format wire '\$request_uri \$status \$server_protocol \$request_length \$bytes_sent';
  ssl_certificate $pki/server.test.pem;
  ssl_certificate_key $pki/server.test.key;
  proxy_max_temp_file_size 0;
  default_type application/octet-stream;
  server { listen 127.0.0.1:$1 ssl; access_log $wire wire; root $tree; $(rs_info_location)
    ${rs_locations//PORT/$1} }
  server { listen 127.0.0.1:$(($1 + 1)) ssl http2; access_log $wire wire; root $tree; $(rs_info_location) }
  server { listen 127.0.0.1:$(($1 + 2)); access_log $wire wire; root $tree; $(rs_info_location) }
  server { listen 127.0.0.1:$(($1 + 3)) ssl; access_log $wire wire; root $mirror_tree; }
  server { listen 127.0.0.1:$(($1 + 4)); access_log $wire wire; root $mirror_tree; }
END
  more_sites $(($1 + 5))
}
rs_info_location() { echo 'location = /v1/ { try_files /v1/index =404; }'; }

# rs_publish ARGUMENT...: the server's next state, a second later than the one before; arguments as for
# remote_settings.py publish, of which the last of a kind holds.
rs_publish() {
  rs_time=$((rs_time + 1000))
  remote_settings publish "$tree" --keys "$keys" --timestamp "$rs_time" --base-url "$server" "$@" \
    >"$work/published"
}

# rs_offer good|revoked ARGUMENT...: a state of one full filter.
rs_offer() {
  add_filter "$1.filter" "$1"
  rs_publish --filter "$folder/$1.filter:full" "${@:2}"
}

# attachment NAME: where the server keeps it.
attachment() { echo "$tree"/attachments/*/*/*/"$1"; }

# wire_clear, then wire_count [PATTERN] and wire_bytes: requests whose line of the log matches, and the
# bytes of all in both directions.
wire_clear() { : >"$wire"; }
wire_settle() { sleep 0.1; } # nginx writes the line after the answer
wire_count() {
  wire_settle
  grep -c -e "${1:-}" "$wire" || true
}
wire_bytes() {
  wire_settle
  awk '{ sum += $(NF - 1) + $NF } END { print sum + 0 }' "$wire"
}

# data_files: the identity of every file of the state directory, but for what every run notes.
data_files() {
  find "$state" -type f ! -name last-fetch.json ! -name last-publish.json ! -name lock \
    -printf '%P %i %T@\n' | sort
}

# expect_no_debris: the state directory holds what is in force, the last list with its proof, and nothing
# else.
expect_no_debris() {
  local found wanted
  found=$(cd "$state" && find . -type f ! -regex '.*/[0-9a-f]*' | sort | tr '\n' ' ')
  wanted='./filters/current.json ./floors.json ./generation ./incoming/last-fetch.json'
  wanted+=' ./incoming/lock ./incoming/offer.json ./last-publish.json ./lock ./provisioned ./snapshot '
  [[ $found == "$wanted" ]] || fail "the state directory holds $found"
  found=$(cd "$state" && find . -type f -regex '.*/[0-9a-f]*' | sort)
  wanted=$({
    hashes_in "$state/filters/current.json" files ./filters/
    hashes_in "$state/incoming/offer.json" proof ./incoming/
  } | sort -u)
  [[ $found == "$wanted" ]] || fail "left over or missing: $(diff <(echo "$wanted") <(echo "$found"))"
}
# hashes_in LIST KEY PREFIX: those from KEY on.
hashes_in() {
  tr -d ' \n' <"$1" | sed "s/.*\"$2\"://" | grep -o '"hash":"[0-9a-f]*"' | sed "s|.*:\"|$3|; s|\"||"
}

# expect_refused_sync OUTCOME TEXT ARGUMENT...: the sync exits 1 and says TEXT; what was in force still
# is, untouched, and answers OUTCOME.
expect_refused_sync() {
  local before
  before=$(stat -c %i:%y "$snapshot")
  run_sync 1 "${@:3}"
  expect_text "$2" "$err"
  expect_text 'crlite-sync: no source gave verified data; what was published stays in force' "$err"
  echo "  refused: $(grep -m1 -F -e "$2" "$work/err")"
  [[ $(stat -c %i:%y "$snapshot") == "$before" ]] || fail 'the snapshot was touched'
  expect_answer "$1"
}
