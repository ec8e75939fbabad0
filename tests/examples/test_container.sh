#!/usr/bin/env bash
# examples/container, without an image and as any user: what compose.yaml mounts, and a process that has
# the container's configuration in namespaces of its own, with root's data mounted as a container gets
# it. (tests/containers/run.sh builds and runs the image.)
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
example=$root/examples/container
needs /usr/bin/python3
needs curl
/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip 'python3-yaml is not installed'
/usr/bin/python3 - "$example/compose.yaml" <<'PYTHON' || fail 'compose.yaml mounts something else'
import sys
import yaml

with open(sys.argv[1], encoding="utf-8") as text:
    app = yaml.safe_load(text)["services"]["app"]
assert app["build"] == {"context": ".", "args": {"BASE": "debian:13"}}, app
assert app["volumes"] == [{
    "type": "bind", "source": "/var/lib/crlite", "target": "/var/lib/crlite", "read_only": True,
    "bind": {"create_host_path": False}}], app
PYTHON
for copied in crlite.so openssl.cnf; do
  grep -q "^COPY .* /opt/crlite/$copied$" "$example/Dockerfile" || fail "$copied is not in the image"
done
grep -qx 'ENV OPENSSL_CONF=/opt/crlite/openssl.cnf' "$example/Dockerfile" || fail 'OPENSSL_CONF'

as_stranger=()
((EUID != 0)) || as_stranger=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
# contain COMMAND...: as root of a user namespace, in which the host's root is nobody.
contain() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  exec "${as_stranger[@]}" unshare --user --map-root-user --mount bash -euc '
    mount -t tmpfs tmpfs /opt
    install -D "$1/crlite.so" /opt/crlite/crlite.so
    install -D -m 0644 "$1/openssl.cnf" /opt/crlite/openssl.cnf
    mount -t tmpfs tmpfs /var/lib
    mkdir /var/lib/crlite
    mount -o bind,ro "$2" /var/lib/crlite
    OPENSSL_CONF=/opt/crlite/openssl.cnf exec "${@:3}"' contain "$work/image" "$state" "$@"
}
world_start
mkdir "$work/image"
cp "$work/crlite.so" "$example/openssl.cnf" "$root/tests/e2e/live_client.py" "$work/image"
(contain true) 2>"$work/output" || skip "no namespaces here: $(cat "$work/output")"

inside() { (contain "$@"); }
owner=$(inside stat -c %u /var/lib/crlite/snapshot)
((owner == (EUID == 0 ? 65534 : 0))) || fail "user $owner owns the snapshot"
expect_accepted 'good site' inside curl -sS --cacert "$pki/root.pem" "$good"
expect_refused 'revoked site' 'certificate revoked' \
  inside curl -sS --cacert "$pki/root.pem" "$revoked"

coproc contained { contain /usr/bin/python3 "$work/image/live_client.py" "$pki/root.pem"; }
# shellcheck disable=SC2154  # set by coproc
pids+=("$contained_PID")
from=${contained[0]} to=${contained[1]}
ask "$from" "$to" "$good" accepted 'good'
ask "$from" "$to" "$revoked" 'refused: certificate revoked' 'revoked'
feed_build "$pki" "$work" "$good_serial"
world_sync
ask "$from" "$to" "$good" 'refused: certificate revoked' 'good, since revoked'
ask "$from" "$to" "$revoked" accepted 'revoked, since taken back'
