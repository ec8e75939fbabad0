#!/usr/bin/env bash
# Runs the tests that need no other program under AddressSanitizer and UndefinedBehaviorSanitizer, then
# those of code that runs in several threads under ThreadSanitizer. Arguments go to ctest.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/examples/lib/build.sh"

install_packages "${build_packages[@]}"
cd "$root"
for preset in asan-ubsan tsan; do
  cmake --preset "$preset"
  cmake --build --preset "$preset"
  ctest --preset "$preset" --parallel 2 "$@" # the presets name targets and labels
done
