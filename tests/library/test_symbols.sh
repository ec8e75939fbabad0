#!/usr/bin/env bash
# What the files of the C libraries may contain: exactly the functions that their headers declare,
# nothing that runs by itself, and no library that a program did not ask for.
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"

# declared HEADER: the functions that it declares, comments and other headers aside.
declared() {
  cc -fpreprocessed -dD -E -P -x c "$1" | grep -oE '\b(crlite|upki)_[a-z0-9_]+\(' | tr -d '(' | sort -u
}

# mapped FILE: the names in a version script, each with its version, if it has one.
mapped() {
  awk '/^[A-Z]/ {version = "@@" $1}
    /^ *(crlite|upki)_[a-z0-9_]*;/ {sub(/;/, "", $1); print $1 version}' "$1" | sort -u
}

same() { diff "$2" "$3" >&2 || fail "$1"; }

# check_exports NAME HEADER MAP: in $file.
check_exports() {
  nm -D --defined-only --with-symbol-versions "$file" | awk '$2 != "A" {print $3}' | sort >"$work/exports"
  sed 's/@.*//' "$work/exports" | sort >"$work/names"
  declared "$2" >"$work/declared"
  mapped "$3" >"$work/mapped"
  grep -q . "$work/declared" || fail "$2 declares nothing: the compiler does not work here"
  same "$1.so exports other functions than $3 lists" "$work/mapped" "$work/exports"
  same "$1.so exports other functions than $2 declares" "$work/declared" "$work/names"
  if [[ $1 == libcrlite* ]]; then
    grep -q '@CRLITE_1\.0$' "$work/exports" || fail "$1.so has lost the version CRLITE_1.0"
  fi
  echo "$1: $(wc -l <"$work/exports") functions"
}

# check_linking NAME NEEDED...: of $file.
check_linking() {
  local needed array size
  readelf -d "$file" >"$work/dynamic"
  grep -q "(SONAME).*\[$1\.so\.1\]" "$work/dynamic" || fail "$1: another soname than $1.so.1"
  while read -r needed; do
    [[ " libc.so.6 ${*:2} " == *" $needed "* || $needed == ld-linux-*.so.* ]] || fail "$1 needs $needed"
  done < <(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$work/dynamic")
  # One entry each is the compiler's own; a static object with a constructor or destructor adds another.
  for array in INIT_ARRAY FINI_ARRAY; do
    size=$(sed -n "s/.*(${array}SZ) *\([0-9]*\).*/\1/p" "$work/dynamic")
    ((${size:-0} <= 8)) || fail "$1: $array has $size bytes"
  done
  ! grep -q TEXTREL "$work/dynamic" || fail "$1 has text relocations"
  grep -q NOW "$work/dynamic" || fail "$1: not linked with -z now"
  readelf -lW "$file" >"$work/segments"
  grep -q GNU_RELRO "$work/segments" || fail "$1: no RELRO segment"
  grep GNU_STACK "$work/segments" | grep -q 'RW ' || fail "$1 asks for an executable stack"
  ! readelf -SW "$file" | grep -q '\.gcc_except_table' || fail "$1 contains exception tables"
}

# What starts threads, ends or changes the process, or writes where the program writes.
forbidden='pthread_(create|key_create)|(__cxa_)?atexit|__register_atfork|_?exit|abort|__assert_fail|fork|exec.*|
|system|signal|sigaction|sigprocmask|setenv|putenv|getenv|v?f?printf|__v?f?printf_chk|puts|perror|stdout|
|stderr|_Z.*|__cxa_throw|__gxx_personality_v0'
forbidden=${forbidden//$'\n'/}

# check_library NAME HEADER MAP NEEDED...
check_library() {
  local file=$build/lib/$1.so.1
  [[ -e $file ]] || fail "$file is not there"
  check_exports "$1" "$2" "$3"
  check_linking "$1" "${@:4}"
  nm -D --undefined-only "$file" | awk '{sub(/@.*/, "", $2); print $2}' >"$work/imports"
  ! grep -xE "$forbidden" "$work/imports" >&2 || fail "$1 imports what a library should not"
}

library=$root/library headers=$root/include/crlite
check_library libcrlite "$headers/crlite.h" "$library/crlite.map"
check_library libcrlite-openssl "$headers/openssl.h" "$library/openssl/crlite-openssl.map" \
  libcrlite.so.1 libssl.so.3 libcrypto.so.3
check_library libupki "$library/upki/upki.h" "$library/upki/upki.map" libcrlite.so.1
check_library libupki_openssl "$library/upki/upki-openssl.h" "$library/upki/upki-openssl.map" \
  libupki.so.1 libssl.so.3 libcrypto.so.3
