#!/usr/bin/env bash
# What the module costs its host: start-up, curl, memory, handshakes, nginx, each with and without it in
# turns. Each script writes one result file (host_*.json); under four minutes in all.
#
# run.sh [--results DIR] [--build DIR] [--set DIR] [--quick]
#   --results  where the result files go (default: <build>/bench-results)
#   --build    a build with the tests in it (default: build/release)
#   --set      a set of real size: DIR/revocation holds manifest.json and the filters (default:
#              ../shared/vectors/full-scale if it is there); without one the snapshot is small
#   --quick    everything once or twice: whether it works, not how fast
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
results='' set=$here/../../../../shared/vectors/full-scale quick=()
while (($#)); do
  case $1 in
    --results) results=$2; shift ;;
    --build) export CRLITE_BUILD=$2; shift ;;
    --set) set=$2; shift ;;
    --quick) quick=(--quick) ;;
    *) echo "run.sh: $1: not an option" >&2; exit 64 ;;
  esac
  shift
done
source "$here/../../e2e/lib.sh"
results=${results:-$build/bench-results}
mkdir -p "$results"
export PYTHONDONTWRITEBYTECODE=1

# merge_sets REAL OURS: our filter goes behind those of the real set.
merge_sets() {
  cp "$1"/*.filter "$1"/*.delta "$2"
  python3 - "$1/manifest.json" "$2/manifest.json" <<'END'
import json, pathlib, sys
real, ours = (json.loads(pathlib.Path(path).read_text()) for path in sys.argv[1:])
ours["files"] = real.get("files", real.get("filters", [])) + ours["files"]
pathlib.Path(sys.argv[2]).write_text(json.dumps(ours))
END
}

# The servers do without the module but for nginx as a client.
sites() { nginx_tls_site "$1" "$pki" good.test 'return 200 "hello\n";'; }
proxy() {
  cat <<END
  proxy_ssl_verify on;
  proxy_ssl_verify_depth 2;
  proxy_ssl_name localhost;
  proxy_ssl_session_reuse off;
  proxy_ssl_trusted_certificate $pki/root.pem;
  server { listen 127.0.0.1:$1; location / { proxy_pass https://localhost:$port/; } }
END
}

measure() { # SCRIPT OPTION...
  "$here/$1.py" --without "$work/plain.cnf" --with-module "$work/openssl.cnf" --programs "$build/bin" \
    --pki "$pki" --results "$results" "${quick[@]}" "${@:2}"
}

pki_create "$pki"
pki_issue "$pki" good.test "$good_serial"
feed_build "$pki" "$work" "$revoked_serial" 2>"$work/build.log" || fail "$(<"$work/build.log")"
[[ ! -e $set/revocation/manifest.json ]] || merge_sets "$set/revocation" "$work/mirror"
"$crlite_sync" --state "$state" --source "dir:$work/mirror" >"$work/sync.log" 2>&1 ||
  fail "crlite-sync: $(<"$work/sync.log")"
openssl_cnf "$build/lib/crlite.so" "$snapshot" >"$work/openssl.cnf"
sed -e '/^crlite = /d' -e '/crlite_sect/,$d' "$work/openssl.cnf" >"$work/plain.cnf"
# Pages of a file just written count as private dirty ones of whoever maps it first.
sync "$build/lib/crlite.so" "$build"/bin/bench_host_*
with_module "$crlite" check --snapshot "$snapshot" "$pki/good.test.pem" >"$work/check" ||
  fail "the good certificate: $(<"$work/check")"

measure start_up
measure memory --snapshot "$snapshot"
measure handshakes
if [[ -z $(type -P nginx) ]]; then
  echo 'left out, as nginx is not installed: curl, nginx'
  exit 0
fi
without_module nginx_start "$work/site" sites
pids+=("$nginx_pid")
port=$nginx_port
measure curl --port "$port"
if [[ -z $(type -P wrk) ]]; then
  echo 'left out, as wrk is not installed: nginx'
  exit 0
fi
OPENSSL_CONF=$work/plain.cnf nginx_start "$work/plain" proxy
pids+=("$nginx_pid")
plain=(--port-without "$nginx_port" --pid-without "$nginx_pid")
with_module nginx_start "$work/guarded" proxy
pids+=("$nginx_pid")
measure nginx "${plain[@]}" --port-with "$nginx_port" --pid-with "$nginx_pid"
