#!/usr/bin/env python3
"""TLS handshakes per second of a client that does nothing else, by the clock and by its CPU time."""
import subprocess

from pairs import arguments, environment, summary, take_turns, write


def main():
    options = arguments()
    count = 20 if options.quick else 500
    command = [options.programs / "bench_host_handshakes", options.pki / "root.pem",
               options.pki / "good.test.pem", options.pki / "good.test.key", str(count)]

    def rates(configuration):
        output = subprocess.run(command, env=environment(configuration), check=True,
                                stdout=subprocess.PIPE).stdout
        return tuple(count * 1e9 / float(word) for word in output.split())

    wall, cpu = take_turns(2 if options.quick else 40, lambda: rates(options.without),
                           lambda: rates(options.with_module))
    write(options.results, "host_handshakes",
          [summary("handshakes in a second", "1/s", wall, target_ratio=0.99),
           summary("handshakes in a second of the client's CPU time", "1/s", cpu,
                   target_ratio=0.99)])


main()
