# shellcheck shell=bash disable=SC2034  # the script that sources this uses the lists
# Installing the Debian packages that the project needs (12 "bookworm" and 13 "trixie"), and building
# it. Sourced; $root is the top of the source tree.

# To configure and compile; the preset `release` includes the tests.
build_packages=(g++ cmake ninja-build pkg-config libssl-dev libcurl4-openssl-dev libyaml-cpp-dev libzstd-dev
                nlohmann-json3-dev libcli11-dev libfmt-dev libboost-dev libgtest-dev)
# The unmodified programs of the demonstrations.
program_packages=(ca-certificates curl nginx openssl)
# What the tests look at the module and the units with, web servers and clients, and the models that
# Kubernetes objects are checked against.
test_packages=(abigail-tools apache2-bin apparmor binutils libgnutls28-dev libio-socket-ssl-perl
               postgresql python3 python3-kubernetes python3-yaml strace systemd valgrind zlib1g-dev)
# What tests/bench/run.sh measures with besides.
bench_packages=(libbenchmark-dev python3 valgrind wrk)
# What cpack makes packages with.
package_packages=(dpkg-dev file)
# What tests/lint.sh asks.
lint_packages=(clang-format clang-tidy git man-db shellcheck)

PATH=$PATH:/usr/sbin:/sbin # nginx lives there; an ordinary user's PATH lacks it

# install_packages PACKAGE...: installs those that are missing, as root or by sudo. Services that come
# with them are not started.
install_packages() {
  local missing=() package as_root=()
  for package; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  ((EUID == 0)) || as_root=(sudo)
  echo "Installing Debian packages: ${missing[*]}"
  "${as_root[@]}" bash -c "$(declare -f apt_install); apt_install \"\$@\"" -- "${missing[@]}"
}

# Runs as root in a shell of its own: the trap puts policy-rc.d back however apt-get ends.
apt_install() {
  set -euo pipefail
  local policy=/usr/sbin/policy-rc.d
  # One that is kept already is the administrator's: a run before this one was killed.
  if [[ -e $policy && ! -e $policy.before-crlite ]]; then
    mv "$policy" "$policy.before-crlite"
  fi
  # shellcheck disable=SC2064  # the value of now is meant
  trap "rm -f $policy; [[ ! -e $policy.before-crlite ]] || mv $policy.before-crlite $policy" EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy" # 101: invoke-rc.d must not act
  chmod 0755 "$policy"
  export DEBIAN_FRONTEND=noninteractive
  local install=(apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$@")
  # The package lists may be absent or too old for the mirror: fetch them only then.
  "${install[@]}" >/dev/null 2>&1 || { apt-get -qq update && "${install[@]}" >/dev/null; }
}

# build_release TARGET...: configures build/release if that was never done, then builds the targets
# (`all` is one).
build_release() {
  (
    cd "${root:?}" &&
      { [[ -f build/release/build.ninja ]] || cmake --preset release; } &&
      cmake --build --preset release --target "$@"
  )
}
