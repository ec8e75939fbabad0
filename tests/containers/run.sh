#!/usr/bin/env bash
# examples/container for real, as root, with podman: builds the package and the image on a minimal
# Debian of this machine's release, and runs it in several ways against the world of tests/e2e.
#
#   tests/containers/run.sh [--cache DIR]
#
# Minutes the first time; DIR (default: crlite-containers below XDG_CACHE_HOME) keeps the minimal Debian.
# The network is used for Debian's mirror alone. Podman's images and containers live in a temporary
# directory. One line a step; exits 0 only if every step came out, and 77 without podman.
if [[ -z ${CRLITE_OWN_MOUNTS:-} ]] && ((EUID == 0)); then
  CRLITE_OWN_MOUNTS=1 exec unshare --mount "$0" "$@" # what podman mounts ends with this script
fi
build=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build/package
CRLITE_BUILD=$build source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"
source "$root/examples/lib/build.sh"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/crlite-containers
if [[ ${1:-} == --cache ]]; then cache=$(realpath -m "${2:?--cache: a directory is missing}"); fi
((EUID == 0)) || { echo 'run.sh: makes roots: run it as root' >&2; exit 1; }
needs podman
install_packages "${build_packages[@]}" "${package_packages[@]}" "${program_packages[@]}" \
  debootstrap python3 python3-yaml

# Limits and control groups are none of the example's concern, and podman cannot set them everywhere:
# on a host with the old hierarchy of control groups, or with few capabilities.
mount -t cgroup2 cgroup2 /sys/fs/cgroup
modest=(--cgroups disabled --ulimit nofile=1024:1024 --ulimit nproc=1024:1024)
pod() {
  podman --root "$work/storage" --runroot "$work/runroot" --tmpdir "$work/tmp" --storage-driver vfs "$@"
}
trap 'pod rm --all --force --time 0 >/dev/null 2>&1 || true; clean_up' EXIT

# step NAME COMMAND...: shows what the command says if it fails.
step() {
  "${@:2}" >"$work/output" 2>&1 </dev/null || { tail -n 30 "$work/output" >&2; fail "$1"; }
  echo "$1"
}

build_package() {
  (cd "$root" && cmake --preset package && cmake --build --preset package --parallel 2 &&
    rm -f build/package/*.deb && cpack --preset package)
}

make_base() {
  local suite
  suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  mkdir -p "$cache"
  [[ -e $cache/$suite.tar ]] || {
    debootstrap --variant=minbase "$suite" "$work/base" \
      http://deb.debian.org/debian &&
      tar -C "$work/base" --one-file-system -cf "$work/base.tar" . &&
      mv "$work/base.tar" "$cache/$suite.tar" && rm -rf --one-file-system "$work/base"
  } && pod import "$cache/$suite.tar" crlite-base
}

build_image() {
  cp -r "$root/examples/container" "$work/context"
  cp "$build"/crlite_*.deb "$work/context"
  pod build --isolation chroot --network host --build-arg BASE=crlite-base --tag guarded "$work/context"
}

# mounts: what compose.yaml mounts, as podman's options, in the array $mounts; from $state.
read_mounts() {
  mapfile -t mounts < <(/usr/bin/python3 - "$root/examples/container/compose.yaml" "$state" <<'PYTHON'
import sys
import yaml

with open(sys.argv[1], encoding="utf-8") as text:
    volumes = yaml.safe_load(text)["services"]["app"]["volumes"]
for volume in volumes:
    assert volume["source"] == "/var/lib/crlite"
    print(f"--mount=type={volume['type']},source={sys.argv[2]},target={volume['target']}"
          f",readonly={str(volume['read_only']).lower()}")
PYTHON
  )
  ((${#mounts[@]} == 1)) || fail 'compose.yaml does not have one volume'
  mounts+=(--volume "$pki/root.pem:/root.pem:ro" --network host "${modest[@]}")
}

step 'a package' build_package
step 'a minimal Debian' make_base
step 'an image' build_image
world_start >/dev/null
read_mounts

# in_container OPTION... URL: curl in a new one.
in_container() {
  pod run --rm "${mounts[@]}" "${@:1:$#-1}" guarded curl -sS --cacert /root.pem "${!#}"
}
# check_container WHAT OPTION...
check_container() {
  expect_accepted "good site, $1" in_container "${@:2}" "$good"
  expect_refused "revoked site, $1" 'certificate revoked' in_container "${@:2}" "$revoked"
  expect_accepted "revoked site, $1, without the module" \
    in_container "${@:2}" --env OPENSSL_CONF=/dev/null "$revoked"
}
check_container 'as root'
check_container 'as another user' --user 1000:1000
namespace=(--uidmap 0:100000:65536 --gidmap 0:100000:65536)
owner=$(pod run --rm "${mounts[@]}" "${namespace[@]}" guarded stat -c %u /var/lib/crlite/snapshot)
[[ $owner == 65534 ]] || fail "in a user namespace, user $owner owns the snapshot"
check_container 'in a user namespace' "${namespace[@]}"
expect_refused 'writing to the mount' 'Read-only file system' \
  pod run --rm "${mounts[@]}" guarded touch /var/lib/crlite/snapshot

# One that lives while the snapshot is replaced.
step 'a container that lives' pod run --detach --name living "${mounts[@]}" guarded sleep 600
in_living() { pod exec living curl -sS --cacert /root.pem "$1"; }
expect_accepted 'good site, in it' in_living "$good"
expect_refused 'revoked site, in it' 'certificate revoked' in_living "$revoked"
feed_build "$pki" "$work" "$good_serial" >/dev/null
world_sync
expect_refused 'good site, since revoked, in it' 'certificate revoked' in_living "$good"
expect_accepted 'revoked site, since taken back, in it' in_living "$revoked"
