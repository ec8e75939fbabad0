#!/usr/bin/env bash
# Measures everything that docs/performance.md tells, and writes it: about ten minutes.
#
# run.sh [--full] [--every N] [--only PART,...] [--out DIR] [--build DIR] [--small]
#   --full    our own set at full scale: 300 million serials and 61 filters (an hour)
#   --every   of its 60 deltas only each N-th
#   --only    these parts alone, of: set check distribution cold hook library compile host report. Results of
#             the others stay from the run before
#   --out     where performance.md and its plots go (default: docs)
#   --build   a build to measure (default: build/release, built first)
#   --small   everything as short as can be, on a tiny set: whether it works, not how fast
#
# The check is measured with ../shared/vectors/full-scale where it is there, else with our own set, which
# our builder makes of the serial function in synthetic_universe.h, 1/30 of full scale by default.
# Everything but the report goes to BUILD/bench.
set -euo pipefail

# shellcheck disable=SC2154  # bench_packages is of build.sh
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/tests/bench
source "$root/examples/lib/build.sh"
export PYTHONDONTWRITEBYTECODE=1

build='' out=$root/docs scale=30 deltas=60 every=1 only=set,check,distribution,cold,hook,library,compile,host,report
small=() quick=()
while (($#)); do
  case $1 in
    --full) scale=1 ;;
    --small) small=(--small) quick=(--quick) scale=10000 deltas=3 ;;
    --every) every=$2; shift ;;
    --only) only=$2; shift ;;
    --out) out=$2; shift ;;
    --build) build=$2; shift ;;
    *) echo "run.sh: $1: not an option" >&2; exit 64 ;;
  esac
  shift
done

if [[ -z $build ]]; then
  install_packages "${build_packages[@]}" "${bench_packages[@]}" "${program_packages[@]}"
  build_release all
  build=$root/build/release
fi
work=$build/bench
results=$work/results${small[0]:+-small}
own=$work/set-$scale
mkdir -p "$results"

# Our own set; its figures are those of the builder. Of the same serials as the reference's where its plan
# is there.
part_set() {
  local plan=$root/../shared/vectors/full-scale/plan.txt
  mkdir -p "$own"
  [[ -e $plan ]] && plan=(--plan "$plan") || plan=()
  "$build/bin/bench_build" --scale "$scale" --deltas "$deltas" --every "$every" "${plan[@]}" \
    --json "$results/build.json" --out "$own" 2>"$work/build.log" || { cat "$work/build.log" >&2; return 1; }
}

part_check() {
  keep machine "$here/machine.py" --build "$build" --set "$set"
  local options=(--benchmark_repetitions=15 --benchmark_min_time=0.05)
  ((${#small[@]} == 0)) || options=(--benchmark_repetitions=1 --benchmark_min_time=0.001)
  "$build/bin/bench_check" "${options[@]}" --benchmark_enable_random_interleaving=true \
    --benchmark_out="$results/check.json" --benchmark_out_format=json --set "$set" "${small[@]}" \
    >"$work/check.log" 2>&1 || { cat "$work/check.log" >&2; return 1; }
}

part_distribution() { keep distribution "$build/bin/bench_distribution" --set "$set" "${small[@]}"; }

part_cold() {
  mkdir -p "$work/prepared"
  "$build/bin/bench_prepare" --set "$set" --out "$work/prepared"
  keep cold "$here/cold.py" --build "$build" --prepared "$work/prepared" ${small[0]:+--runs 10}
}

part_hook() {
  keep hook "$build/bin/bench_hook" --set "$set" --module "$build/lib/crlite.so" "${small[@]}"
}

part_library() {
  local options=(--benchmark_repetitions=31 --benchmark_min_time=0.05)
  ((${#small[@]} == 0)) || options=(--benchmark_repetitions=1 --benchmark_min_time=0.001)
  "$build/bin/bench_library" "${options[@]}" --benchmark_enable_random_interleaving=true \
    --benchmark_out="$results/library.json" --benchmark_out_format=json \
    --set "$set" --module "$build/lib/crlite.so" \
    >"$work/library.log" 2>&1 || { cat "$work/library.log" >&2; return 1; }
}

part_compile() {
  keep compile "$here/compile.py" --build "$build" --set "$set" --work "$work" \
    ${small[0]:+--runs 2}
}

part_host() {
  "$here/host/run.sh" --results "$results" --build "$build" --set "$set" "${quick[@]}" \
    >"$work/host.log" 2>&1 || { cat "$work/host.log" >&2; return 1; }
}

part_report() {
  "$here/report/report.py" --results "$results" --text "$root/docs/performance.md" --out "$out"
}

# keep NAME COMMAND...: the command's output becomes a result if it succeeds.
keep() {
  "${@:2}" >"$results/$1.new"
  mv "$results/$1.new" "$results/$1.json"
}

for part in ${only//,/ }; do
  set=$root/../shared/vectors/full-scale
  [[ -e $set/plan.txt && ${#small[@]} == 0 ]] || set=$own
  echo "bench: $part"
  begin=$SECONDS
  "part_$part"
  echo "bench: $part took $((SECONDS - begin)) s"
done
