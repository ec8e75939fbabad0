#!/usr/bin/env python3
"""TLS handshakes per second of a client that does nothing else, by the clock and by its CPU time; and
the instructions of one handshake, which no other load on the machine changes."""
import re
import shutil
import subprocess

from pairs import arguments, environment, summary, take_turns, write


def count_instructions(command, count, configuration):
    """Those of the client, start and end included. callgrind's CPU has no instructions for SHA-256:
    what is counted is the portable code, 4,000 instead of 200 a block."""
    process = subprocess.Popen(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command, str(count)],
        env=environment(configuration), text=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    found = re.search(rf"=={process.pid}== Collected : (\d+)", process.communicate()[1])
    if process.returncode != 0 or found is None:
        raise SystemExit(f"valgrind {command}: status {process.returncode}")
    return int(found[1])


def instructions_row(command, options):
    """One handshake: the difference between few and many."""
    few, many = 5, 15 if options.quick else 105
    without, with_module = (
        (count_instructions(command, many, configuration)
         - count_instructions(command, few, configuration)) / (many - few)
        for configuration in (options.without, options.with_module))
    return {"case": "instructions of the client for a handshake", "unit": "instructions",
            "without": without, "with": with_module, "difference": with_module - without,
            "ratio": with_module / without}


def main():
    options = arguments()
    count = 20 if options.quick else 150
    command = [options.programs / "bench_host_handshakes", options.pki / "root.pem",
               options.pki / "good.test.pem", options.pki / "good.test.key"]

    def rates(configuration):
        output = subprocess.run([*command, str(count)], env=environment(configuration), check=True,
                                stdout=subprocess.PIPE).stdout
        return tuple(count * 1e9 / float(word) for word in output.split())

    wall, cpu = take_turns(2 if options.quick else 120, lambda: rates(options.without),
                           lambda: rates(options.with_module))
    rows = [summary("handshakes in a second", "1/s", wall, target_ratio=0.99),
            summary("handshakes in a second of the client's CPU time", "1/s", cpu,
                    target_ratio=0.99)]
    if shutil.which("valgrind") is not None:
        rows.append(instructions_row(command, options))
    write(options.results, "host_handshakes", rows)


main()
