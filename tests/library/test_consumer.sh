#!/usr/bin/env bash
# Programs are built with the installed libraries, by pkg-config and by CMake, wherever the installed
# tree is moved to, and run.
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"
needs pkg-config
needs cmake
consumer=$root/tests/library/consumer
strict=(-Wall -Wextra -Wconversion -Wshadow -pedantic -Werror)

pki_create "$pki"
pki_issue "$pki" good.test "$good_serial"
pki_issue "$pki" revoked.test "$revoked_serial"
feed_build "$pki" "$work" "$revoked_serial"
"$crlite_sync" --state "$state" --source "dir:$work/mirror" >"$work/sync.log" 2>&1 ||
  fail "crlite-sync: $(cat "$work/sync.log")"
for name in good.test revoked.test intermediate; do
  openssl x509 -in "$pki/$name.pem" -outform DER -out "$work/$name.der"
done

# says WHAT WANTED COMMAND...
says() {
  local answer
  answer=$(LD_LIBRARY_PATH=$prefix/lib "${@:3}" 2>&1) || fail "$1: exit $?: $answer"
  [[ $answer == "$2" ]] || fail "$1 says $answer, not $2"
  echo "$1: $answer"
}

# The programs in $1 answer.
answers() {
  says "$1/main, revoked" Revoked "$1/main" "$snapshot" "$work"/{revoked.test,intermediate}.der
  says "$1/main, good" NotRevoked "$1/main" "$snapshot" "$work"/{good.test,intermediate}.der
  says "$1/main, no snapshot" NoData "$1/main" "$work/none" "$work"/{good.test,intermediate}.der
  says "$1/attach" attached "$1/attach"
}

# flags PACKAGE: of the tree at $prefix, and of no other place.
flags() {
  local text
  text=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags --libs "$1") || fail "pkg-config: $1"
  [[ $text == "-I$prefix/"*" -L$prefix/"* ]] || fail "flags of $1 are not of $prefix: $text"
  echo "$text"
}

by_pkg_config() {
  local bin=$1 plain openssl
  mkdir "$bin"
  read -ra plain < <(flags crlite)
  read -ra openssl < <(flags crlite-openssl)
  cc -std=c99 "${strict[@]}" -o "$bin/main" "$consumer/main.c" "${plain[@]}"
  cc -std=c99 "${strict[@]}" -o "$bin/attach" "$consumer/attach.c" "${openssl[@]}"
  c++ -std=c++11 "${strict[@]}" -o "$bin/wrapper" "$consumer/wrapper.cc" "${plain[@]}"
  answers "$bin"
  says "$1/wrapper" NotCovered "$bin/wrapper" "$snapshot"
  cc -std=c99 -static -o "$bin/main" "$consumer/main.c" "${plain[@]}"
  answers "$bin"
}

by_cmake() {
  cmake -S "$consumer" -B "$1" -D CMAKE_PREFIX_PATH="$prefix" >"$work/output" 2>&1 ||
    fail "$1: $(cat "$work/output")"
  cmake --build "$1" >"$work/output" 2>&1 || fail "$1: $(cat "$work/output")"
  answers "$1"
  says "$1/static" Revoked "$1/static" "$snapshot" "$work"/{revoked.test,intermediate}.der
}

prefix=$build/tests/prefix
by_pkg_config "$work/by-pkg-config"
by_cmake "$work/by-cmake"

mkdir "$work/elsewhere"
cp -a "$prefix" "$work/elsewhere/moved"
prefix=$work/elsewhere/moved
by_pkg_config "$work/by-pkg-config-moved"
by_cmake "$work/by-cmake-moved"
