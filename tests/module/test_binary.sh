#!/usr/bin/env bash
# What the module's file may contain: its exports, what it imports, what it needs, how it is linked.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
module=$build/lib/crlite.so

# Everything that the module takes from outside, all of it libc's. A new name here is a decision:
# nothing that starts threads, installs handlers, writes to stderr, allocates or exits. (__progname is
# another name of program_invocation_short_name, which the linker brings along.)
allowed='_dl_find_object clock_gettime close dlclose dlopen dlsym faccessat fstat fstat64 geteuid
getpid memcmp memcpy memmove memset mmap mmap64 munmap open open64 program_invocation_short_name __progname
pthread_setcancelstate sched_yield secure_getenv sendto socket strcmp strlen strncmp strnlen strrchr __register_atfork
__errno_location __memcpy_chk __open_2 __open64_2 __stack_chk_fail __cxa_finalize __gmon_start__
_ITM_deregisterTMCloneTable _ITM_registerTMCloneTable'

exports=$(nm -D --defined-only "$module" | awk '{print $3}')
[[ ${exports%%@*} == OSSL_provider_init ]] || fail "exports more than OSSL_provider_init: $exports"

imports=$(nm -D --undefined-only "$module" | awk '{sub(/@.*/, "", $2); print $2}')
for name in $imports; do
  grep -qw -- "$name" <<<"$allowed" || fail "imports $name, which is not on the list of allowed names"
done
grep -q . <<<"$imports" || fail 'no imports at all: nm does not work here'

needed=$(readelf -d "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
for library in $needed; do
  case $library in
    libc.so.6 | ld-linux-*.so.*) ;;
    *) fail "needs $library; libc alone is allowed" ;;
  esac
done

readelf -d "$module" | grep -q NODELETE || fail 'not linked with -z nodelete'
readelf -d "$module" | grep -qE 'BIND_NOW|NOW' || fail 'not linked with -z now'
readelf -lW "$module" | grep -q GNU_RELRO || fail 'no RELRO segment'
! readelf -d "$module" | grep -q TEXTREL || fail 'has text relocations'
readelf -lW "$module" | grep 'GNU_STACK' | grep -q 'RW ' || fail 'asks for an executable stack'
# One entry each is the compiler's own; a static object with a constructor or destructor adds another.
for array in INIT_ARRAY FINI_ARRAY; do
  size=$(readelf -d "$module" | sed -n "s/.*(${array}SZ) *\([0-9]*\).*/\1/p")
  ((${size:-0} <= 8)) || fail "$array has $size bytes: a static object with constructor or destructor"
done
! nm -C "$module" 2>&1 | grep -E 'HashPair|CheckFilter' || fail 'contains what tools alone call'
! readelf -SW "$module" | grep -q '\.gcc_except_table' || fail 'contains exception tables'
echo "exports OSSL_provider_init; imports: $(tr '\n' ' ' <<<"$imports"); needs: $(tr '\n' ' ' <<<"$needed")"
