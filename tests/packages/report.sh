# shellcheck shell=bash
# How every step of these tests is told, by whichever script takes it. Sourced; $release and the file
# $results are set.

# report RESULT NAME: one line, and one for the table at the end.
report() {
  printf '%-8s %s: %s\n' "$1" "${release:?}" "$2"
  printf '%s\t%s\t%s\n' "$1" "$release" "$2" >>"${results:?}"
}
