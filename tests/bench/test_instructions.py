#!/usr/bin/env python3
"""Counts the instructions of a check and of the whole hook, by portable code, and holds them against
what budgets.json allows this compiler; more than 5 % above it fails. Unlike times, counts are the same
on every machine.

    test_instructions.py PROGRAM COMPILER [--record]

COMPILER: "GNU 12". --record makes what was counted the budget: after a change that is worth it."""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BUDGETS = pathlib.Path(__file__).resolve().parent / "budgets.json"
KINDS = ("check", "revoked", "hook")
ALLOWED = 1.05
SKIPPED = 77


def count(program, kind):
    """Instructions of one question of this kind."""
    with tempfile.TemporaryDirectory() as directory:
        stripped, out = f"{directory}/program", f"{directory}/counts"
        # Not every valgrind can read every compiler's debugging information.
        subprocess.run(["strip", "--strip-debug", "-o", stripped, program], check=True)
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=CrliteMeasured*",
             f"--callgrind-out-file={out}", stripped, kind], capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"{program} {kind}: status {run.returncode}\n{run.stderr}")
        totals = re.search(r"^(?:summary|totals): (\d+)", pathlib.Path(out).read_text(), re.M)
    return round(int(totals[1]) / int(run.stdout))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("compiler")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed")
        sys.exit(SKIPPED)
    counts = {kind: count(options.program, kind) for kind in KINDS}
    budgets = json.loads(BUDGETS.read_text())
    if options.record:
        budgets[options.compiler] = counts
        BUDGETS.write_text(json.dumps(budgets, indent=2, sort_keys=True) + "\n")
    budget = budgets.get(options.compiler)
    if budget is None:
        print(f"{options.compiler}: no budget is known; record one with --record")
    failed = False
    for kind, instructions in counts.items():
        words = f"{kind}: {instructions:,} instructions"
        if budget is not None:
            words += f", budget {budget[kind]:,} ({instructions / budget[kind] - 1:+.1%})"
            failed |= instructions > budget[kind] * ALLOWED
        print(words)
    if failed:
        sys.exit(f"more than {ALLOWED - 1:.0%} above the budget of {options.compiler}")


main()
