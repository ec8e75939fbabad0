#!/usr/bin/env python3
"""Requests to an nginx that verifies its upstream's certificate at each (proxy_ssl_verify on,
proxy_ssl_session_reuse off), by the clock and by the worker's CPU time. wrk is the client."""
import pathlib
import re
import subprocess

from pairs import arguments, summary, take_turns, write


def worker_of(master):
    pids = pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return int(pids[0])


def cpu_seconds(pid):
    # Time on the CPU in nanoseconds; /proc/PID/stat counts in hundredths of a second.
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def main():
    options = arguments("port-without", "pid-without", "port-with", "pid-with")
    def rates(port, master):
        worker = worker_of(master)
        before = cpu_seconds(worker)
        output = subprocess.run(["wrk", "-t1", "-c8", "-d1s", f"http://127.0.0.1:{port}/"],
                                check=True, text=True, stdout=subprocess.PIPE).stdout
        done = re.search(r"(\d+) requests in ([\d.]+)s", output)
        if done is None or "Non-2xx" in output or "Socket errors" in output:
            raise SystemExit(f"wrk: {output}")
        requests = int(done[1])
        return requests / float(done[2]), requests / (cpu_seconds(worker) - before)

    wall, cpu = take_turns(2 if options.quick else 30,
                           lambda: rates(options.port_without, options.pid_without),
                           lambda: rates(options.port_with, options.pid_with))
    write(options.results, "host_nginx",
          [summary("requests in a second", "1/s", wall, target_ratio=0.99),
           summary("requests in a second of the worker's CPU time", "1/s", cpu, target_ratio=0.99)])


main()
