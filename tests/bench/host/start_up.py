#!/usr/bin/env python3
"""What the module adds to the start of a program: to one that initialises libssl and ends, and to
one that verifies a chain first."""
from pairs import arguments, run_once, summary, take_turns, write

CASES = (("libssl initialised", False), ("libssl initialised, one chain verified", True))


def main():
    options = arguments()
    rows = []
    for case, verifies in CASES:
        command = [options.programs / "bench_host_start"]
        if verifies:
            command += [options.pki / "root.pem", options.pki / "good.test.pem"]
        wall, cpu = take_turns(8 if options.quick else 400,
                               lambda: run_once(command, options.without),
                               lambda: run_once(command, options.with_module))
        rows.append(summary(case, "ms", wall, target_difference=None if verifies else 0.2))
        # The kernel's accounting knows no single run, but the sum of all.
        rows.append({"case": f"{case}: CPU time", "unit": "ms", "pairs": len(cpu),
                     "without": sum(a for a, _ in cpu) / len(cpu),
                     "with": sum(b for _, b in cpu) / len(cpu)})
    write(options.results, "host_start", rows)


main()
