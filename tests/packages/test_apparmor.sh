#!/usr/bin/env bash
# conf/apparmor/abstractions/crlite is what AppArmor's parser takes, and lets a profile that includes it
# have the files that the module opens.
set -euo pipefail

skip() { echo "skipped: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }
PATH=$PATH:/usr/sbin:/sbin
[[ -n $(type -P apparmor_parser) ]] || skip 'apparmor_parser is not installed'
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/crlite-apparmor.XXXXXX")
trap 'rm -rf "$work"' EXIT

# parse ABSTRACTION: compiles a profile that includes it; no kernel is asked.
parse() {
  cat >"$work/profile" <<PROFILE
abi <abi/3.0>,
include <tunables/global>
profile crlite-test /usr/bin/crlite-test {
  include <abstractions/base>
  include <abstractions/$1>
}
PROFILE
  apparmor_parser --skip-kernel-load --skip-cache "${@:2}" \
    --Include "$root/conf/apparmor" --Include "$work" "$work/profile" >"$work/output" 2>&1
}

parse crlite || fail "$(<"$work/output")"
echo '- the parser takes it'

mkdir "$work/abstractions"
sed 's/crlite\.so mr,/crlite.so mrr-,/' "$root/conf/apparmor/abstractions/crlite" \
  >"$work/abstractions/wrong"
! parse wrong || fail 'a wrong permission was not noticed'
echo '- it would tell what is wrong'

# allows PATH RIGHTS: some rule of the abstraction is for this file. (The compiled profile is of no use
# without a kernel that enforces it, so this matches the text.)
parse crlite --preprocess
allows() {
  local rule rights
  while read -r rule rights; do
    rule=${rule//\{\/usr\/,\}//usr/} rule=${rule//\{usr\/,\}/usr/} rule=${rule//@\{multiarch\}/\*}
    rule=${rule//@\{run\}//run} rule=${rule//[\{]/@(} rule=${rule//[\}]/)}
    shopt -s extglob
    # shellcheck disable=SC2053  # a pattern is meant
    [[ $1 != ${rule//,/|} || $rights != "$2," ]] || return 0
  done < <(grep -E '^ +[/@]' "$root/conf/apparmor/abstractions/crlite")
  fail "nothing lets a program have $1 ($2)"
}
allows /usr/lib/x86_64-linux-gnu/ossl-modules/crlite.so mr
allows /var/lib/crlite/ r
for file in snapshot generation provisioned; do allows "/var/lib/crlite/$file" r; done
# The sockets that cascade/live/journal.cc names.
for socket in $(grep -o '"/[a-z/]*"' "$root/cascade/live/journal.cc" | tr -d '"'); do
  allows "$socket" w
done
echo '- it names all that the module opens'
