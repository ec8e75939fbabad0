#!/bin/bash
# The shipped configuration of web servers (conf/web), each with a real one.
source "$(dirname "$0")/lib.sh"
needs curl

# snippet SERVER: its configuration, for the folder of this test.
snippet() {
  sed "s|/var/lib/crlite-mirror/www|$mirror_tree|" "$root/conf/web/$1.conf" >"$work/$1.conf"
  echo "$work/$1.conf"
}
more_sites() {
  printf 'server { listen 127.0.0.1:%d; access_log %s wire; include %s; }\n' \
    "$1" "$wire" "$(snippet nginx)"
}

# apache_start: Apache on $apache_port, with the modules that the snippet names, if it is there.
apache_start() {
  local modules=/usr/lib/apache2/modules module
  [[ -x /usr/sbin/apache2 && -e $modules/mod_deflate.so ]] || return 1
  apache_port=$((nginx_port + 8))
  {
    printf 'ServerName localhost\nListen 127.0.0.1:%d\nPidFile %s\nErrorLog %s\nMutex posixsem\n' \
      "$apache_port" "$work/apache.pid" "$work/apache.log"
    for module in mpm_event authz_core alias deflate filter headers mime; do
      echo "LoadModule ${module}_module $modules/mod_$module.so"
    done
    printf 'TypesConfig /dev/null\nUser nobody\nGroup nogroup\nDocumentRoot %s\n' "$work/empty"
    printf 'CustomLog %s "%%U %%>s 1 1"\n' "$wire"
    printf '<VirtualHost *>\nInclude %s\n</VirtualHost>\n' "$(snippet apache)"
  } >"$work/httpd.conf"
  mkdir "$work/empty"
  /usr/sbin/apache2 -f "$work/httpd.conf" -DFOREGROUND >"$work/apache.out" 2>&1 &
  pids+=("$!")
  until [[ -s $work/apache.pid ]]; do
    kill -0 "${pids[-1]}" 2>/dev/null || fail "Apache: $(cat "$work/apache.out" "$work/apache.log")"
    sleep 0.05
  done
}

# ask URL OPTION...: the answer's head.
ask() { curl -sS -o "$work/body" -D - "$@"; }

# check_server URL: the folder is at URL.
check_server() {
  local head etag
  head=$(ask "$1changeset.json" -H 'Accept-Encoding: gzip')
  grep -qi '^content-encoding: gzip' <<<"$head" || fail "not compressed: $head"
  grep -qi '^cache-control: no-cache' <<<"$head" || fail "no word to caches: $head"
  etag=$(sed -n 's/^etag: \(.*\)\r$/\1/Ip' <<<"$head")
  head=$(ask "$1changeset.json" -H 'Accept-Encoding: gzip' -H "If-None-Match: $etag")
  [[ $head == *' 304 '* ]] || fail "$etag is not known again: $head"
  head=$(ask "$1${full##*/}" -H 'Accept-Encoding: gzip')
  ! grep -qi '^content-encoding' <<<"$head" || fail "a filter was compressed: $head"
  cmp "$work/body" "$full"
  for path in '' chains/ .hidden chains/../../nginx.conf; do
    head=$(ask --path-as-is "$1$path")
    [[ $head != *' 200 '* ]] || fail "shows $path: $(<"$work/body")"
  done
  echo '  crlite-sync: everything, then one small request'
  client_of "$1"
  rm -rf "$state" "$work/upki"
  run_sync 0
  expect_answer Revoked
  wire_clear
  run_sync 0
  [[ $(wire_count) == 1 && $(wire_count 'changeset.json 304 ') == 1 ]] || fail "asked: $(<"$wire")"
  upki_client fetch "$1" "$upki"
}

rs_start
full=$folder/20261101-0-default.filter
add_filter "${full##*/}" revoked 3000
rs_publish --filter "$full:full"
run_mirror 0
echo hidden >"$mirror_tree/.hidden"

echo '- nginx'
check_server "http://127.0.0.1:$((nginx_port + 5))/revocation/"
echo '- Apache'
if apache_start; then
  check_server "http://127.0.0.1:$apache_port/revocation/"
else
  echo '  skipped: apache2-bin is not installed'
fi
