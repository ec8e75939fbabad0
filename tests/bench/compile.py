#!/usr/bin/env python3
"""What crlite-sync needs to turn filters into a snapshot, against sha256sum of the same files.

    compile.py --build DIR --set DIR --work DIR [--runs N]   prints rows as JSON (report/results.py)

Times are CPU time and wall time of whole processes that take turns; `publish --force` reads and
verifies every filter, compiles, writes, syncs and reads back. WORK should be on the disk that a
state directory would be on: a snapshot is written there and synced."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time


def run(command):
    """(wall seconds, CPU seconds, peak MiB) of one process."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status != 0:
        raise SystemExit(f"compile.py: {command[0]}: status {status}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--set", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    folder = options.set / "revocation"
    names = [entry["filename"] for entry in json.loads((folder / "manifest.json").read_text())["filters"]]
    files = [str(folder / name) for name in names]
    sync = str(options.build / "bin" / "crlite-sync")
    with tempfile.TemporaryDirectory(dir=options.work) as state:
        config = pathlib.Path(state) / "empty.yaml"  # the machine's own says nothing here
        config.touch()
        base = [sync, "--config", str(config), "--state", state]
        run([*base, "--source", f"dir:{folder}"])
        compiles, sums = [], []
        for _ in range(options.runs):
            compiles.append(run([*base, "--force", "publish"]))
            sums.append(run(["sha256sum", *files]))
        snapshot = os.stat(f"{state}/snapshot").st_size
    total = sum(os.stat(file).st_size for file in files)

    def median(runs, i):
        return statistics.median(run[i] for run in runs)

    rows = [
        {"id": "compile/wall", "value": median(compiles, 0) * 1000, "unit": "ms"},
        {"id": "compile/cpu", "value": median(compiles, 1) * 1000, "unit": "ms"},
        {"id": "compile/sha256sum_wall", "value": median(sums, 0) * 1000, "unit": "ms"},
        {"id": "compile/sha256sum_cpu", "value": median(sums, 1) * 1000, "unit": "ms"},
        # Others may use the machine: what both have in common shows in pairs of neighbours.
        {"id": "compile/time_ratio", "unit": "ratio",
         "value": statistics.median(c[0] / s[0] for c, s in zip(compiles, sums))},
        {"id": "compile/cpu_ratio", "unit": "ratio",
         "value": statistics.median(c[1] / s[1] for c, s in zip(compiles, sums))},
        {"id": "compile/peak", "value": max(c[2] for c in compiles), "unit": "MiB"},
        {"id": "compile/filters", "value": len(files), "unit": ""},
        {"id": "compile/filters_size", "value": total, "unit": "B"},
        {"id": "compile/snapshot_size", "value": snapshot, "unit": "B"},
        {"id": "compile/size_ratio", "value": snapshot / total, "unit": "ratio"},
    ]
    print(json.dumps({"name": "compile", "rows": rows}, indent=1))


main()
