#!/usr/bin/env python3
"""curl fetching a small page from a local nginx."""
from pairs import arguments, run_once, summary, take_turns, write


def main():
    options = arguments("port")
    command = ["curl", "-sS", "--cacert", options.pki / "root.pem", "-o", "/dev/null",
               f"https://localhost:{options.port}/"]
    wall, cpu = take_turns(6 if options.quick else 200,
                           lambda: run_once(command, options.without),
                           lambda: run_once(command, options.with_module))
    write(options.results, "host_curl",
          [summary("wall time", "ms", wall, target_ratio=1.02), summary("CPU time", "ms", cpu)])


main()
