#!/usr/bin/env bash
# Installs the C libraries into the folder tests/prefix of the build directory, from where other tests
# use them as a stranger would, and sees that every file is in its place.
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"
prefix=$build/tests/prefix

rm -rf "$prefix"
for component in libcrlite libcrlite-openssl libcrlite-upki libcrlite-dev; do
  cmake --install "$build" --prefix "$prefix" --component "$component" >/dev/null
done

cat >"$work/wanted" <<'FILES'
include/crlite/crlite.h
include/crlite/crlite.hpp
include/crlite/openssl.h
lib/cmake/crlite/crliteConfig.cmake
lib/cmake/crlite/crliteConfigVersion.cmake
lib/cmake/crlite/crliteOpensslTargets.cmake
lib/cmake/crlite/crliteTargets.cmake
lib/crlite-upki/libupki.so
lib/crlite-upki/libupki.so.1
lib/crlite-upki/libupki_openssl.so
lib/crlite-upki/libupki_openssl.so.1
lib/libcrlite-openssl.a
lib/libcrlite-openssl.so
lib/libcrlite-openssl.so.1
lib/libcrlite.a
lib/libcrlite.so
lib/libcrlite.so.1
lib/pkgconfig/crlite-openssl.pc
lib/pkgconfig/crlite.pc
FILES
# But for pages, which have tests of their own, and what a version or a build type names.
(cd "$prefix" && find . ! -type d ! -path './share/man/man3/*.3' ! -name '*.so.1.*' \
  ! -name '*Targets-*.cmake' -printf '%P\n') | LC_ALL=C sort >"$work/installed"
diff "$work/wanted" "$work/installed" >&2 || fail 'other files were installed than listed in this test'

for file in "$prefix"/lib/{,crlite-upki/}*.so; do
  ! readelf -d "$file" | grep -E 'RPATH|RUNPATH' || fail "$file looks for libraries by itself"
done
! grep -rIlF -e "$root" -e "$build" "$prefix" || fail 'these name the tree that they were built from'
