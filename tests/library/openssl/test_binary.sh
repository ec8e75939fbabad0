#!/usr/bin/env bash
# What the shared library may contain: its exports, what it needs, how it is linked.
source "$(dirname "${BASH_SOURCE[0]}")/../../e2e/lib.sh"
library=$build/lib/libcrlite-openssl.so.1

exports=$(nm -D --defined-only "$library" | awk '$2 == "T" {print $3}' | sort | tr '\n' ' ')
wanted='crlite_attach@@CRLITE_1.0 crlite_attach_store@@CRLITE_1.0 crlite_verify_callback@@CRLITE_1.0 '
[[ $exports == "$wanted" ]] || fail "exports $exports"
[[ $(nm -D --defined-only "$library" | wc -l) == 4 ]] || fail 'exports more than functions'

dynamic=$(readelf -dW "$library")
all_needed=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic")
for needed in $all_needed; do
  case $needed in
    libcrlite.so.1 | libssl.so.* | libcrypto.so.* | libc.so.6 | ld-linux-*.so.*) ;;
    *) fail "needs $needed" ;;
  esac
done
grep -q 'SONAME.*\[libcrlite-openssl.so.1\]' <<<"$dynamic" || fail "soname: $dynamic"
grep -q NODELETE <<<"$dynamic" || fail 'not linked with -z nodelete'
grep -qE 'BIND_NOW|NOW' <<<"$dynamic" || fail 'not linked with -z now'
! grep -q TEXTREL <<<"$dynamic" || fail 'has text relocations'
readelf -lW "$library" | grep -q GNU_RELRO || fail 'no RELRO segment'
! readelf -SW "$library" | grep -q '\.gcc_except_table' || fail 'contains exception tables'
# Constructors: the compiler's own entry alone.
size=$(sed -n 's/.*(INIT_ARRAYSZ) *\([0-9]*\).*/\1/p' <<<"$dynamic")
((${size:-0} <= 8)) || fail "INIT_ARRAY has $size bytes: something runs when it is loaded"

# Of libcrlite and OpenSSL, public functions alone: those that a header declares.
headers=$(cat "$root"/include/crlite/*.h "$(pkg-config --variable=includedir libcrypto)"/openssl/*.h)
imports=$(nm -D --undefined-only "$library" | awk '{sub(/@.*/, "", $2); print $2}' |
  grep -E '^(crlite|CRYPTO|ERR|OPENSSL|OSSL|SSL|X509)_')
for name in $imports; do
  grep -qw -- "$name" <<<"$headers" || fail "imports $name, which no header declares"
done

# A program that dlopens it may not lose it: its X509_STOREs call it.
python3 - "$library" <<'PYTHON'
import _ctypes, ctypes, sys
library = ctypes.CDLL(sys.argv[1])
_ctypes.dlclose(library._handle)
assert "libcrlite-openssl" in open("/proc/self/maps").read(), "dlclose unloaded it"
PYTHON
echo "exports: $exports; needs: $(tr '\n' ' ' <<<"$all_needed")"
