#!/usr/bin/env bash
# What the files of the C libraries may contain: exactly the functions that their headers declare,
# nothing that runs by itself, and no library that a program did not ask for.
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"

# declared HEADER: the functions that it declares, comments and other headers aside.
declared() {
  cc -fpreprocessed -dD -E -P -x c "$root/include/crlite/$1" | grep -oE '\bcrlite_[a-z0-9_]+\(' |
    tr -d '(' | sort -u
}

# mapped FILE: the names in a version script, each with its version.
mapped() {
  awk '/^[A-Z]/ {node = $1} /^ *crlite_[a-z0-9_]*;/ {sub(/;/, "", $1); print $1 "@@" node}' "$1" | sort -u
}

same() { diff "$2" "$3" >&2 || fail "$1"; }

# check_library NAME HEADER MAP NEEDED...
check_library() {
  local name=$1 header=$2 map=$3 file=$build/lib/$1.so.1 library array size
  [[ -e $file ]] || fail "$file is not there"
  nm -D --defined-only --with-symbol-versions "$file" | awk '$2 != "A" {print $3}' | sort \
    >"$work/exports"
  declared "$header" >"$work/declared"
  mapped "$map" >"$work/mapped"
  grep -q . "$work/declared" || fail "$header declares nothing: the compiler does not work here"
  same "$name.so exports other functions than $map lists" "$work/mapped" "$work/exports"
  sed 's/@.*//' "$work/exports" >"$work/names"
  same "$name.so exports other functions than $header declares" "$work/declared" "$work/names"
  grep -q '@CRLITE_1\.0$' "$work/exports" || fail "$name.so has lost the version CRLITE_1.0"

  readelf -d "$file" >"$work/dynamic"
  grep -q "(SONAME).*\[$name\.so\.1\]" "$work/dynamic" || fail "$name: another soname than $name.so.1"
  while read -r library; do
    [[ " libc.so.6 ${*:4} " == *" $library "* || $library == ld-linux-*.so.* ]] ||
      fail "$name needs $library"
  done < <(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$work/dynamic")
  ! grep -q TEXTREL "$work/dynamic" || fail "$name has text relocations"
  grep -q 'NOW' "$work/dynamic" || fail "$name: not linked with -z now"
  readelf -lW "$file" >"$work/segments"
  grep -q GNU_RELRO "$work/segments" || fail "$name: no RELRO segment"
  grep 'GNU_STACK' "$work/segments" | grep -q 'RW ' || fail "$name asks for an executable stack"
  # One entry each is the compiler's own; a static object with a constructor or destructor adds another.
  for array in INIT_ARRAY FINI_ARRAY; do
    size=$(sed -n "s/.*(${array}SZ) *\([0-9]*\).*/\1/p" "$work/dynamic")
    ((${size:-0} <= 8)) || fail "$name: $array has $size bytes"
  done
  # Nothing that starts threads, ends or changes the process, or writes where the program writes.
  nm -D --undefined-only "$file" | awk '{sub(/@.*/, "", $2); print $2}' >"$work/imports"
  ! grep -xE "$forbidden" "$work/imports" >&2 || fail "$name imports what a library should not"
  ! readelf -SW "$file" | grep -q '\.gcc_except_table' || fail "$name contains exception tables"
  echo "$name: $(wc -l <"$work/exports") functions"
}

forbidden='pthread_(create|key_create)|(__cxa_)?atexit|__register_atfork|_?exit|abort|__assert_fail|fork|exec.*|
|system|signal|sigaction|sigprocmask|setenv|putenv|getenv|v?f?printf|__v?f?printf_chk|puts|perror|stdout|
|stderr|_Z.*|__cxa_throw|__gxx_personality_v0'
forbidden=${forbidden//$'\n'/}

check_library libcrlite crlite.h "$root/library/crlite.map"
check_library libcrlite-openssl openssl.h "$root/library/openssl/crlite-openssl.map" \
  libcrlite.so.1 libssl.so.3 libcrypto.so.3
