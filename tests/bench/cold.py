#!/usr/bin/env python3
"""What the first check of a fresh process costs, against opening and mapping alone.

    cold.py --build DIR --prepared DIR [--runs N]   prints rows as JSON (report/results.py)

DIR/snapshot and DIR/questions.tsv are bench_prepare's. Both kinds of run take turns."""

import argparse
import json
import pathlib
import statistics
import subprocess


def measure(command):
    """(us, minor faults, outcome) of one run."""
    ns, faults, outcome = subprocess.run(command, check=True, capture_output=True,
                                         text=True).stdout.split()
    return int(ns) / 1000, int(faults), outcome


def row(row_id, what, samples):
    curve = statistics.quantiles(samples, n=100, method="inclusive")
    return {"id": row_id, "what": what, "value": statistics.median(samples), "unit": "us",
            "samples": len(samples), "curve": [min(samples), *curve, max(samples)]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--prepared", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=int, default=500)
    options = parser.parse_args()
    program, snapshot = options.build / "bin" / "cold_check", options.prepared / "snapshot"
    lines = (options.prepared / "questions.tsv").read_text().splitlines()
    questions = [line.split("\t")[1:] for line in lines if line.startswith("not_revoked_largest\t")]
    checks, maps = [], []
    for i in range(options.runs):
        checks.append(measure([program, snapshot, *questions[i % len(questions)]]))
        maps.append(measure([program, "--map", snapshot]))
    wrong = [outcome for _, _, outcome in checks if outcome != "NotRevoked"]
    if wrong:
        raise SystemExit(f"cold.py: {wrong[0]}, wanted NotRevoked")
    rows = [row("cold/check", "from open to answer", [us for us, _, _ in checks]),
            row("cold/map", "open, fstat, mmap and close alone", [us for us, _, _ in maps])]
    for name, runs in (("cold/faults", checks), ("cold/map_faults", maps)):
        rows.append({"id": name, "value": statistics.median(faults for _, faults, _ in runs),
                     "unit": "", "samples": len(runs)})
    print(json.dumps({"name": "cold", "rows": rows}, indent=1))


main()
