#!/usr/bin/env bash
# Writes down the binary interface of the built C libraries, as far as their headers declare it:
#
#   tests/library/abi/update.sh [DIR]      (default: here, which renews the baseline)
#
# *.abi: functions with their types (abidw); crlite.macros: the constants of crlite.h, which programs
# take into themselves. CRLITE_BUILD names the build directory (default: build/release). Renew the
# baseline on Debian 12: newer tools read what its abidw writes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
build=${CRLITE_BUILD:-$root/build/release}
output=${1:-$here}

for name in libcrlite libcrlite-openssl; do
  # Nothing that differs between compilers, machines and implementations of one interface.
  abidw --headers-dir "$root/include" --drop-private-types --exported-interfaces-only --no-show-locs \
    --no-corpus-path --no-comp-dir-path --no-elf-needed --type-id-style hash "$build/lib/$name.so" |
    sed "s|path='$root/|path='|" >"$output/$name.abi"
done
cc -E -dM -I "$root/include" "$root/include/crlite/crlite.h" |
  grep '^#define CRLITE_[A-Z_]* .' | LC_ALL=C sort >"$output/crlite.macros"
