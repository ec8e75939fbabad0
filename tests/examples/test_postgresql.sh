#!/usr/bin/env bash
# examples/postgresql: psql and a server of its own, with a good and a revoked certificate.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs psql
server=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[[ -x $server/postgres ]] || skip 'postgresql is not installed'
world_start

as_server=() # the server refuses to run as root
((EUID != 0)) || as_server=(setpriv --reuid=postgres --regid=postgres --clear-groups)
mkdir "$work/pg"
for site in good.test revoked.test; do
  cp "$pki/$site".{pem,key} "$work/pg"
  chmod 0600 "$work/pg/$site.key"
done
((EUID != 0)) || chown -R postgres: "$work/pg"
(cd "$work/pg" && "${as_server[@]}" "$server/initdb" -D data -U reader -A trust --no-sync \
  --no-locale -E UTF8) >"$work/initdb.log" 2>&1 || fail "initdb: $(cat "$work/initdb.log")"
echo 'hostssl all all 127.0.0.1/32 trust' >"$work/pg/data/pg_hba.conf"

# serve SITE: ends the server that runs, starts one with the certificate of SITE; sets $port.
postgres_pid=''
serve() {
  [[ -z $postgres_pid ]] || { kill -INT "$postgres_pid" && wait "$postgres_pid"; }
  for _ in {1..10}; do
    port=$((20000 + RANDOM % 12000))
    "${as_server[@]}" "$server/postgres" -D "$work/pg/data" -k "$work/pg" -p "$port" -F \
      -c listen_addresses=127.0.0.1 -c ssl=on -c ssl_cert_file="$work/pg/$1.pem" \
      -c ssl_key_file="$work/pg/$1.key" 2>"$work/postgres.log" &
    postgres_pid=$!
    pids+=("$postgres_pid")
    while kill -0 "$postgres_pid" 2>/dev/null; do
      ! "$server/pg_isready" -q -h 127.0.0.1 -p "$port" || return 0
      sleep 0.05
    done
    grep -q 'Address already in use' "$work/postgres.log" || break
  done
  fail "postgres: $(cat "$work/postgres.log")"
}

# greet [SETTING...]: through the service of the example, with names of this world.
greet() {
  sed -e "s/^host=.*/host=localhost\nhostaddr=127.0.0.1\nuser=reader/" -e "s/^port=.*/port=$port/" \
    -e 's/^dbname=.*/dbname=postgres/' -e "s|^sslrootcert=.*|sslrootcert=$pki/root.pem|" \
    "$root/examples/postgresql/pg_service.conf" >"$work/pg_service.conf"
  PGSERVICEFILE=$work/pg_service.conf psql -X -c "select 'hello'" "service=orders $*"
}

serve good.test
expect_accepted 'good server' with_module greet
serve revoked.test
expect_accepted 'revoked server without the module' greet
expect_refused 'revoked server' 'certificate verify failed' with_module greet
expect_accepted 'revoked server that nobody verifies' \
  with_module greet sslmode=require sslrootcert=none
