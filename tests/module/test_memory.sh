#!/usr/bin/env bash
# What the module keeps in a process: the snapshot is mapped as soon as libssl is initialised, and few
# pages are the process's own.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
module_world ""
idle=$build/bin/module_idle
bound_kb=32

# The pages of a file just written would count as private dirty ones of whoever maps it alone.
module=$work/crlite.so
cp "$build/lib/crlite.so" "$module"
sync "$module" "$idle" "$snapshot" "$state/generation"
openssl_cnf "$module" "$snapshot" >"$work/openssl.cnf"
sed -e '/^crlite = /d' -e '/crlite_sect/,$d' "$work/openssl.cnf" >"$work/plain.cnf"

# private_dirty CONF: the kilobytes of a process that has initialised libssl, the least of five, as libc
# and the kernel place things at random.
private_dirty() {
  for _ in {1..5}; do
    OPENSSL_CONF=$1 "$idle" smaps_rollup | awk '/^Private_Dirty:/ { print $2 }'
  done | sort -n | head -n 1
}

plain=$(private_dirty "$work/plain.cnf")
guarded=$(private_dirty "$work/openssl.cnf")
((plain > 0)) || fail 'no figure for the process without the module'
((guarded > plain)) || fail "$guarded kB with the module, $plain without: it was not loaded"
((guarded - plain <= bound_kb)) ||
  fail "the module adds $((guarded - plain)) kB of private dirty memory; at most $bound_kb wanted"
echo "private dirty memory: $plain kB without the module, $guarded with it"

maps=$(OPENSSL_CONF=$work/openssl.cnf "$idle" maps)
for file in snapshot generation; do
  line=$(grep " $state/$file\$" <<<"$maps") || fail "$file is not mapped after initialisation: $maps"
  [[ $line == *' r--s '* ]] || fail "$file is not mapped read-only and shared: $line"
done
! grep -q " $state/" <<<"$(OPENSSL_CONF=$work/plain.cnf "$idle" maps)" || fail 'mapped without the module'
echo 'snapshot and generation are mapped, shared and read-only, when libssl is initialised'
