#!/usr/bin/env bash
# The binary interface of the C libraries is the one that programs were compiled against.
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"
needs abidiff

baseline=$root/tests/library/abi
renew="if it only grew: CRLITE_BUILD=$build tests/library/abi/update.sh"
"$baseline/update.sh" "$work"

for name in libcrlite libcrlite-openssl; do
  # Harmless changes, too: an enumerator more is one, but should be meant.
  abidiff --harmless "$baseline/$name.abi" "$work/$name.abi" >&2 ||
    fail "$name.so has another binary interface than $baseline/$name.abi; $renew"
done
diff "$baseline/crlite.macros" "$work/crlite.macros" >&2 ||
  fail "crlite.h has other constants than $baseline/crlite.macros; $renew"
