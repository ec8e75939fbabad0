#!/usr/bin/env bash
# Installs what the tests need, builds the preset `release` and runs all tests. Arguments go to ctest:
# tests/run.sh -L unit
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/examples/lib/build.sh"

install_packages "${build_packages[@]}" "${program_packages[@]}" "${test_packages[@]}"
build_release all
cd "$root"
exec ctest --preset release --parallel 2 "$@"
