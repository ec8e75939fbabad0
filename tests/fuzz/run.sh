#!/bin/sh
# Fuzzes every target for a while and prints what came of it.
#
#   tests/fuzz/run.sh [SECONDS [TARGET...]]      60 seconds each by default, two at a time
#
# New inputs go to build/fuzz/corpus, findings to build/fuzz/findings. Exit 1 if there are any.
# CRLITE_FUZZ_BUILD names another build directory, CRLITE_FUZZ_JOBS another number at a time.
set -eu

source_dir=$(cd "$(dirname "$0")/../.." && pwd)
build=${CRLITE_FUZZ_BUILD:-$source_dir/build/fuzz}
seconds=${1:-60}
[ $# -eq 0 ] || shift

cd "$source_dir"
[ -f "$build/build.ninja" ] || cmake --preset fuzz -B "$build" >/dev/null
cmake --build "$build" --target fuzz_targets
[ $# -gt 0 ] || { cd tests/fuzz/corpus && set -- * && cd "$source_dir"; }

work=$build/findings
rm -rf "$work"
mkdir -p "$work"

# Small limits: no reader may allocate much more than its input asks for.
fuzz_one() {
  mkdir -p "$build/corpus/$1" "$work/$1"
  "$build/bin/fuzz_$1" -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
    -malloc_limit_mb=256 -print_final_stats=1 -artifact_prefix="$work/$1/" \
    "$build/corpus/$1" "tests/fuzz/corpus/$1" >"$work/$1.log" 2>&1 || true
}

running=0
for target; do
  fuzz_one "$target" &
  running=$((running + 1))
  if [ "$running" -ge "${CRLITE_FUZZ_JOBS:-2}" ]; then
    wait
    running=0
  fi
done
wait

failed=0
printf '%-18s %12s %10s %8s %9s\n' target executions per-second covered findings
for target; do
  log=$work/$target.log
  findings=$(find "$work/$target" -type f | wc -l)
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  # No final statistics and no finding: the target did not run at all.
  [ -n "$executions" ] || [ "$findings" -gt 0 ] || findings=broken
  [ "$findings" = 0 ] || failed=1
  printf '%-18s %12s %10s %8s %9s\n' "$target" "${executions:--}" \
    "$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log" | tail -1)" \
    "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -1)" "$findings"
done
exit $failed
