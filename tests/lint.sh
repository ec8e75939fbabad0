#!/usr/bin/env bash
# What can be seen without running anything: clang-format, shellcheck, the manual pages' markup, the
# completions and clang-tidy (minutes), as they are in Debian 12. Arguments choose parts:
# tests/lint.sh format scripts man
# tests/lint.sh tidy-tools   # clang-tidy on the rest, not in .ci/run: it takes ten minutes more
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/examples/lib/build.sh"
cd "$root"

lint_format() { git ls-files -z '*.c' '*.cc' '*.h' '*.hpp' | xargs -0 clang-format --dry-run -Werror; }

lint_scripts() { git grep -lzI -e '^#!.*sh$' -e '^# shellcheck shell=' | xargs -0 shellcheck; }

# Pages and completions are made while building.
lint_man() {
  local page warnings
  build_release manual >/dev/null
  for page in build/release/man/*.[1-8]; do
    warnings=$(man --warnings --local-file "$page" 2>&1 >/dev/null)
    if [[ -n $warnings ]]; then echo "$page: $warnings" >&2; return 1; fi
  done
  shellcheck --shell=bash build/release/man/completions/crlite{,-mirror,-sync}
}

# What is in the host's process, or reads bytes from outside for it.
lint_tidy() { run_tidy {cascade,conf,library,provider,sync/offer,sync/trust}/'*.cc'; }

# The tests are left out: GoogleTest's macros would need exceptions from most checks.
lint_tidy-tools() { run_tidy {cli,man,sync}/'*.cc' ':!sync/offer' ':!sync/trust'; }

# run_tidy PATHSPEC...
run_tidy() {
  cmake --preset release >/dev/null # for compile_commands.json
  git ls-files -z "$@" |
    xargs -0 -n 1 -P 2 clang-tidy --quiet -p build/release |&
    sed '/^[0-9]* warnings* generated\.$/d' >&2 # counts those in headers of others
}

install_packages "${build_packages[@]}" "${lint_packages[@]}"
(($#)) || set -- format scripts man tidy
for part; do
  echo "lint: $part"
  "lint_$part"
done
