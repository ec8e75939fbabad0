#!/usr/bin/env python3
"""Prints what was measured where, as rows for the report: machine.py --build DIR --set DIR"""

import argparse
import json
import os
import pathlib
import platform
import re
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def output(*command):
    run = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True)
    return run.stdout.strip() if run.returncode == 0 else "unknown"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--set", type=pathlib.Path, required=True)
    options = parser.parse_args()
    cpu_info = pathlib.Path("/proc/cpuinfo").read_text()
    flags = [flag for flag in ("avx2", "sha_ni") if re.search(rf"\b{flag}\b", cpu_info)]
    model = re.search(r"^model name\s*: (.*)", cpu_info, re.M)
    cache = (options.build / "CMakeCache.txt").read_text()
    compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)", cache, re.M)[1]
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    plan = [line.split() for line in (options.set / "plan.txt").read_text().splitlines()]
    known, revoked = (sum(int(fields[i]) for fields in plan) for i in (2, 3))
    manifest = json.loads((options.set / "revocation" / "manifest.json").read_text())
    load = os.getloadavg()[1]
    rows = [
        ("processor", f"{model[1] if model else platform.machine()} ({', '.join(flags) or 'neither avx2 nor sha_ni'})"),
        ("cores", str(os.cpu_count())),
        ("system", f"{system}, Linux {platform.release()}"),
        ("load of the machine, last 5 minutes", f"{load:.1f}"),
        ("compiler", output(compiler, "--version").splitlines()[0]),
        ("OpenSSL", output("openssl", "version")),
        ("commit", output("git", "describe", "--always", "--dirty")),
        ("set", f"{len(manifest['filters'])} filters, {len(plan):,} issuers, {known:,} known certificates, "
                f"{revoked:,} revoked in the full filter"),
    ]
    print(json.dumps({"name": "machine", "rows": [{"what": w, "text": t} for w, t in rows]}, indent=1))


main()
