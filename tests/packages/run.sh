#!/usr/bin/env bash
# The life of the Debian packages on fresh systems, as root:
#
#   tests/packages/run.sh [--cache DIR] [debian12|debian13|all]      (default: all)
#
# For each release it builds the packages in a root of that release, asks lintian, and takes them
# through their life (life.sh) in a second root that debootstrap has just made: installed, enabled,
# upgraded, removed, purged; a program built with the libraries. A third one is booted by
# systemd-nspawn and its timer seen to fire (boot.sh). One line a step, a table at the end; exits 0
# only if every step came out.
#
# Minutes for the first build; DIR (default: crlite-packages below XDG_CACHE_HOME) keeps the build roots,
# the bases of the fresh ones, and what apt downloaded. The network is used for Debian's mirror alone.
# All mounts and processes live in namespaces that end with this script.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/examples/lib/build.sh"
source "$root/tests/packages/report.sh"

mirror=http://deb.debian.org/debian
cache=${XDG_CACHE_HOME:-$HOME/.cache}/crlite-packages
releases=(debian12 debian13)
while (($#)); do
  case $1 in
    --cache) cache=$(realpath -m "${2:?--cache: a directory is missing}"); shift ;;
    debian12 | debian13) releases=("$1") ;;
    all) ;;
    *) sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 64 ;;
  esac
  shift
done
((EUID == 0)) || { echo "run.sh: makes roots: run it as root" >&2; exit 1; }
install_packages debootstrap systemd-container

work=$(mktemp -d "${TMPDIR:-/tmp}/crlite-packages.XXXXXX")
chmod 0755 "$work" # user _apt and nginx's workers read what lies below
child=''
clean_up() {
  # unshare waits for its child whatever else it is told, and takes all that runs there with it.
  [[ -z $child ]] || { kill -KILL "$child" && wait "$child"; } 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# run COMMAND...: in namespaces for its mounts and processes, and in the background, so that a signal
# to this script ends it.
run() {
  local status=0
  unshare --mount --pid --fork --kill-child --mount-proc "$@" &
  child=$!
  wait "$child" || status=$?
  child=''
  return "$status"
}

# in_root ROOT COMMAND...: runs it there as root, with the tree at /mnt/source (read-only), $work/share
# at /mnt/share, the compiler's cache at /mnt/ccache, and the host's network. Mounts and processes,
# whatever becomes of them, end with the command.
in_root() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  run bash -euc '
    new=$1
    mkdir -p "$new"/mnt/{source,share,ccache} "$new/var/cache/apt/archives"
    mount -t proc proc "$new/proc"
    mount --rbind /dev "$new/dev"
    mount --bind "$2" "$new/mnt/source"
    mount -o remount,bind,ro "$new/mnt/source"
    mount --bind "$3" "$new/mnt/share"
    mount --bind "$4" "$new/mnt/ccache"
    mount --bind "$5" "$new/var/cache/apt/archives"
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
      LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive CCACHE_DIR=/mnt/ccache chroot "$new" "${@:6}"
  ' in_root "$1" "$root" "$work/share" "$ccache" "$cache/$release/archives" "${@:2}"
}

# step NAME COMMAND...: one line, and one in $results. What the command says is shown if it fails.
step() {
  local status=0
  "${@:2}" >"$work/output" 2>&1 || status=$?
  if ((status == 0)); then
    report ok "$1"
  else
    tail -n 30 "$work/output" | sed 's/^/    /'
    report FAILED "$1"
  fi
  return "$status"
}

# make_base: a minimal system of the release, once, as DIR/base.tar.
make_base() {
  [[ ! -e $cache/$release/base.tar ]] || return 0
  run debootstrap --variant=minbase "$suite" "$work/base" "$mirror" || return
  tar -C "$work/base" --one-file-system -cf "$work/base.tar" . || return
  rm -rf --one-file-system "$work/base"
  mv "$work/base.tar" "$cache/$release/base.tar"
}

# fresh_root DIR: a new system with today's package lists.
fresh_root() {
  mkdir -p "$1"
  tar -C "$1" -xf "$cache/$release/base.tar"
  echo 'APT::Keep-Downloaded-Packages "true";' >"$1/etc/apt/apt.conf.d/90keep"
  cp /etc/resolv.conf "$1/etc/resolv.conf"
  echo '127.0.0.1 localhost' >"$1/etc/hosts"
  in_root "$1" apt-get -qq update
}

# Runs in the build root: makes $work/share/PACKAGE.deb of each.
# shellcheck disable=SC2154,SC2016  # it is expanded there
build='
  set -euo pipefail
  source /mnt/source/examples/lib/build.sh
  install_packages "${build_packages[@]}" "${package_packages[@]}" ccache lintian
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
  cd /mnt/source
  cmake --preset package -B /build
  cmake --build /build -j 2
  rm -f /build/*.deb /mnt/share/*.deb
  cd /build
  cpack
  for deb in *.deb; do cp "$deb" "/mnt/share/${deb%%_*}.deb"; done'

make_packages() {
  [[ -d $cache/$release/build ]] || { fresh_root "$work/build" && mv "$work/build" "$cache/$release/build"; }
  in_root "$cache/$release/build" nice bash -c "$build"
}

ask_lintian() {
  in_root "$cache/$release/build" \
    bash -c 'lintian --allow-root --fail-on error,warning --tag-display-limit 0 /mnt/share/*.deb'
}

# A root of its own each: life.sh leaves nothing, which is what it shows; boot.sh ends with a halt.
live() {
  fresh_root "$work/life" >"$work/output" 2>&1 || { cat "$work/output"; return 1; }
  in_root "$work/life" bash /mnt/source/tests/packages/life.sh "$release"
}

boot() {
  fresh_root "$work/boot" || return
  in_root "$work/boot" bash /mnt/source/tests/packages/boot.sh prepare || return
  # Of a host with the old hierarchy of control groups, newer systems want to be told.
  run timeout 180 systemd-nspawn --directory="$work/boot" --register=no --keep-unit --private-network \
    --boot SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 </dev/null >"$work/console" 2>&1 || true
  grep -q 'Welcome to' "$work/console" || { tail -n 5 "$work/console"; return 77; }
  cat "$work/boot/boot-report"
  grep -qx 'all is well' "$work/boot/boot-report"
}

ccache=${CCACHE_DIR:-$HOME/.cache/ccache}
mkdir -p "$work/share" "$ccache"
results=$work/share/results
for release in "${releases[@]}"; do
  case $release in debian12) suite=bookworm ;; debian13) suite=trixie ;; esac
  mkdir -p "$cache/$release/archives"
  step 'a minimal system' make_base || continue
  step 'the packages are built' make_packages || continue
  step 'lintian has no errors and no warnings' ask_lintian || true
  live || report FAILED 'life.sh came to an end'
  rm -rf --one-file-system "$work/life"
  booted=0
  boot >"$work/output" 2>&1 || booted=$?
  case $booted in
    0) report ok 'a booted system: the timer fires, both services run' ;;
    77) report skipped "a booted system: systemd-nspawn cannot boot here: $(tail -n 1 "$work/output")" ;;
    *) sed 's/^/    /' "$work/output"; report FAILED 'a booted system: the timer fires, both services run' ;;
  esac
  rm -rf --one-file-system "${work:?}/boot"
done

echo
column -t -s $'\t' "$results"
! grep -q '^FAILED' "$results"
