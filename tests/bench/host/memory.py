#!/usr/bin/env python3
"""What the module keeps in memory: private dirty pages of one process, and how many processes share
one copy of the snapshot. Each process has initialised libssl and verified a chain."""
import contextlib
import pathlib
import re
import statistics
import subprocess

from pairs import arguments, environment, summary, take_turns, write

MANY = (1, 2, 5, 10, 20, 50, 100, 200)


@contextlib.contextmanager
def processes(count, command, configuration):
    """That many processes that have done their work and wait."""
    running = [subprocess.Popen(command, env=environment(configuration), stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE) for _ in range(count)]
    try:
        for process in running:
            if process.stdout.readline() != b"holding\n":
                raise SystemExit(f"{command}: did not get as far as holding")
        yield [process.pid for process in running]
    finally:
        for process in running:
            process.stdin.close()
            process.stdout.close()
            process.wait()


def kilobytes(pid, what, name=None):
    """The sum of smaps' field over all mappings, or over those of files of this name."""
    total, counts = 0, name is None
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            counts = name is None or line.endswith("/" + name)
        elif counts and line.startswith(what + ":"):
            total += int(line.split()[1])
    return total


def private_dirty(command, configuration):
    with processes(1, command, configuration) as pids:
        return (kilobytes(pids[0], "Private_Dirty"),)


def sharing(count, command, configuration):
    with processes(count, command, configuration) as pids:
        return {"case": "processes that share a snapshot", "unit": "kB", "processes": count,
                "snapshot_pss_sum": sum(kilobytes(pid, "Pss", "snapshot") for pid in pids),
                "snapshot_rss_sum": sum(kilobytes(pid, "Rss", "snapshot") for pid in pids),
                "pss_sum": sum(kilobytes(pid, "Pss") for pid in pids),
                "private_dirty": statistics.median(kilobytes(p, "Private_Dirty") for p in pids)}


def main():
    options = arguments("snapshot")
    start = options.programs / "bench_host_start"
    chain = [options.pki / "root.pem", options.pki / "good.test.pem"]
    rows = []
    for case, command in (("private dirty memory after initialisation", [start, "--hold"]),
                          ("the same after a verification", [start, "--hold", *chain])):
        (pairs,) = take_turns(4 if options.quick else 20,
                              lambda: private_dirty(command, options.without),
                              lambda: private_dirty(command, options.with_module))
        rows.append(summary(case, "kB", pairs, target_difference=32))
    for count in MANY[:3] if options.quick else MANY:
        row = sharing(count, command, options.with_module)
        row["snapshot_size"] = options.snapshot.stat().st_size // 1024
        rows.append(row)
    write(options.results, "host_memory", rows)
    last = rows[-1]
    print(f"host_memory: {last['processes']} processes: {last['snapshot_rss_sum']} kB of the snapshot in "
          f"their page tables, {last['snapshot_pss_sum']} kB of memory, of {last['snapshot_size']} kB")


main()
