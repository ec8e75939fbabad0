#!/usr/bin/env bash
# `crlite explain --host` with a real server: what it shows, and what is said where there is nothing.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
world_start

# explain URL STATUS TEXT...: the answer has each TEXT, exit STATUS.
explain() {
  local host=${1#https://} status=0 text
  OPENSSL_CONF=$work/openssl.cnf "$crlite" explain --state "$state" --host "${host%/}" \
    >"$work/output" 2>"$work/messages" || status=$?
  ((status == $2)) || fail "$1: exit $status instead of $2: $(cat "$work/output" "$work/messages")"
  for text in "${@:3}"; do
    grep -qF -- "$text" "$work/output" "$work/messages" ||
      fail "$1: no '$text' in: $(cat "$work/output" "$work/messages")"
  done
  echo "explain --host ${host%/}: exit $2"
}

explain "$good" 0 NotRevoked 'neither name nor signatures were verified' 'would        accept'
explain "$revoked" 2 Revoked "$revoked_serial" 'refuse: certificate revoked' 'check it yourself'
explain "$unlogged" 3 NotCovered 'no parseable embedded SCT'
explain "https://127.0.0.1:$((nginx_port + 1))/" 2 Revoked

# What the recipe prints can be run.
explain "$revoked" 2 Revoked
# shellcheck disable=SC2016  # for the recipe itself
sed -n 's/^  openssl s_client/openssl s_client/p; s/^  crlite check/"$crlite" check/p' \
  "$work/output" >"$work/recipe.sh"
[[ $(wc -l <"$work/recipe.sh") == 2 ]] || fail "recipe: $(cat "$work/output")"
(
  cd "$work"
  export crlite
  status=0
  OPENSSL_CONF=/dev/null bash recipe.sh >recipe.out 2>recipe.err || status=$?
  ((status == 2)) || fail "recipe: exit $status: $(cat recipe.out recipe.err)"
)

# Nobody listens there; then a server that speaks no TLS; then a name that there is not.
explain "https://localhost:1/" 74 'check name and port'
explain "https://[::1]:1/" 74 'check name and port'
plain_sites() { echo "  server { listen 127.0.0.1:$1; }"; }
nginx_start "$work/plain" plain_sites
pids+=("$nginx_pid")
explain "https://localhost:$nginx_port/" 74 'name a port on which TLS comes first'
explain "https://no-such-host.invalid/" 74 'check the name'
