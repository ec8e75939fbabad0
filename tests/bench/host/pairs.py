"""The same thing with and without the module, in turns, so that whatever else the machine does meets
both; and what comes out of it."""

import argparse
import json
import os
import pathlib
import statistics
import time


def arguments(*names):
    """What run.sh tells each script, and further options of these names."""
    parser = argparse.ArgumentParser()
    for name in ("without", "with-module", "programs", "pki", "results", *names):
        parser.add_argument(f"--{name}", required=True, type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="far too little to measure anything")
    return parser.parse_args()


def environment(configuration):
    return {"OPENSSL_CONF": str(configuration), "PATH": os.environ["PATH"]}


def run_once(command, configuration, silent=False):
    """Runs a program to its end; returns (wall time, CPU time) in milliseconds."""
    actions = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)] if silent else []
    words = [str(word) for word in command]
    begin = time.perf_counter_ns()
    pid = os.posix_spawnp(words[0], words, environment(configuration), file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter_ns() - begin
    if status != 0:
        raise SystemExit(f"{' '.join(words)}: status {status}")
    return wall / 1e6, (usage.ru_utime + usage.ru_stime) * 1e3


def take_turns(count, without, with_module):
    """Calls both `count` times, and who is first alternates. Each returns a tuple of measures; so the
    result is one list of (without, with) for each measure."""
    pairs = []
    for i in range(count):
        if i % 2:
            second = with_module()
            first = without()
        else:
            first = without()
            second = with_module()
        pairs.append((first, second))
    return [[(a[m], b[m]) for a, b in pairs] for m in range(len(pairs[0][0]))]


def quartiles(values):
    return statistics.quantiles(values, n=4, method="inclusive")


def summary(case, unit, pairs, **more):
    """One row: medians and best ones, the median of the differences and of the ratios of pairs that ran
    one after the other, and their quartiles."""
    best = max if unit == "1/s" else min
    differences = quartiles([b - a for a, b in pairs])
    ratios = quartiles([b / a for a, b in pairs if a > 0])
    return {
        "case": case, "unit": unit, "pairs": len(pairs),
        "without": statistics.median(a for a, _ in pairs),
        "with": statistics.median(b for _, b in pairs),
        "best_without": best(a for a, _ in pairs), "best_with": best(b for _, b in pairs),
        "difference": differences[1], "difference_quartiles": [differences[0], differences[2]],
        "ratio": ratios[1], "ratio_quartiles": [ratios[0], ratios[2]], **more}


def write(directory, name, rows):
    """The result file that tests/bench/report reads."""
    path = directory / f"{name}.json"
    path.write_text(json.dumps({"name": name, "rows": rows}, indent=1) + "\n")
    for row in rows:
        if "ratio" not in row:
            continue
        spread = "({:.4f} to {:.4f})".format(*row.get("ratio_quartiles", [row["ratio"]] * 2))
        print(f"{name}: {row['case']}: {row['without']:.5g} without, {row['with']:.5g} with the module "
              f"({row['unit']}), difference {row['difference']:+.4g}, ratio {row['ratio']:.4f} {spread}")
