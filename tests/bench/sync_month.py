#!/usr/bin/python3
"""A month of a client that syncs every two hours while two deltas a day appear, over TLS from nginx:
what goes over the wire, and what it costs. Prints the tables of docs/performance.md.

    tests/bench/sync_month.py [--build DIR] [--syncs-per-state N] [--states N]

Each client does every sync of the month for real, one after the other; only the clock is not moved:
the states are signed as of the past 30 days, half a day apart. Bytes are those above TLS, headers
included, in both directions, as nginx counts them.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "support"))

import remote_settings  # noqa: E402
from content_signing import Keys, openssl  # noqa: E402

VECTORS = SOURCE.parent / "shared" / "vectors" / "full-scale" / "revocation"
HALF_DAY_MS = 12 * 3600 * 1000

NGINX = """
daemon off;
worker_processes 1;
pid {work}/nginx.pid;
error_log {work}/error.log;
events {{ worker_connections 64; }}
http {{
  client_body_temp_path {work}/tmp; proxy_temp_path {work}/tmp; fastcgi_temp_path {work}/tmp;
  uwsgi_temp_path {work}/tmp; scgi_temp_path {work}/tmp;
  log_format wire '$request_length $bytes_sent';
  access_log {work}/wire.log wire;
  ssl_certificate {work}/server.pem;
  ssl_certificate_key {work}/server.key;
  gzip on; gzip_types application/json; default_type application/json;
  types {{ application/octet-stream filter delta zst; application/x-pem-file chain pem; }}
  server {{ listen 127.0.0.1:{port} ssl; root {work}/origin;
    location = /v1/ {{ try_files /v1/index =404; }} }}
  server {{ listen 127.0.0.1:{mirror_port} ssl; root {work}/mirror; }}
}}
"""


class Cost:
    """What the runs of one client add up to."""

    def __init__(self):
        self.runs = self.requests = self.wire = self.peak_kib = 0
        self.cpu = 0.0

    def row(self, name):
        return (f"| {name} | {self.runs:,} | {self.requests:,} | {self.wire:,} | {self.cpu:.1f} | "
                f"{self.peak_kib / 1024:.1f} |")


class World:
    """The server, its mirror, and the folder in which they live."""

    def __init__(self, build, work, port):
        self.bin, self.work, self.port = pathlib.Path(build).resolve() / "bin", work, port
        self.origin = f"https://localhost:{port}"
        self.mirror = f"https://localhost:{port + 1}/"
        for folder in ("origin", "mirror", "plain"):
            (work / folder).mkdir()
        # nginx's workers are another user.
        work.chmod(0o755)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2",
                "-keyout", work / "server.key", "-out", work / "server.pem")
        self.keys = Keys.make(work / "keys")
        (work / "config.yaml").write_text("{}\n")
        (work / "nginx.conf").write_text(
            NGINX.format(work=work, port=port, mirror_port=port + 1))
        nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        self.nginx = subprocess.Popen([nginx, "-p", work, "-e", work / "error.log", "-c",
                                       work / "nginx.conf"])
        while not (work / "nginx.pid").exists():
            if self.nginx.poll() is not None:
                raise SystemExit("nginx does not start")
            time.sleep(0.05)

    def publish(self, filters, timestamp):
        pairs = [(path, index > 0) for index, path in enumerate(filters)]
        remote_settings.Publication(self.keys, pairs, timestamp, self.origin).write(
            self.work / "origin")

    def run(self, cost, *command):
        """Runs the command to its end and adds to `cost`."""
        log = self.work / "wire.log"
        os.truncate(log, 0)
        environment = dict(os.environ, SSL_CERT_FILE=str(self.work / "server.pem"))
        with open(self.work / "output", "wb") as output:
            child = subprocess.Popen([*map(str, command)], env=environment, stdout=output,
                                     stderr=output)
            _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            said = (self.work / "output").read_text()
            raise SystemExit(f"{command}: exit {child.returncode}: {said}")
        time.sleep(0.02)  # nginx writes a request's line after the answer
        lines = log.read_text().splitlines()
        cost.runs += 1
        cost.requests += len(lines)
        cost.wire += sum(int(number) for line in lines for number in line.split())
        cost.cpu += usage.ru_utime + usage.ru_stime
        cost.peak_kib = max(cost.peak_kib, usage.ru_maxrss)

    # The clients. Each is given the costs to add to, and its own folder.

    def sync_from(self, source, state):
        return (self.bin / "crlite-sync", "--config", self.work / "config.yaml", "--state", state,
                "--source", source, "--root-sha256", self.keys.root_sha256)

    def from_mirror(self, cost):
        self.run(cost, *self.sync_from(f"manifest+{self.mirror}", self.work / "state-mirror"))

    def from_origin(self, cost):
        source = f"remote-settings+{self.origin}/v1"
        self.run(cost, *self.sync_from(source, self.work / "state-origin"))

    def plain(self, cost):
        """As upki's client does: the whole manifest, then each whole file that is not there."""
        folder = self.work / "plain"
        one = ("curl", "-sSf", "--cacert", self.work / "server.pem")
        self.run(cost, *one, "-o", folder / "manifest.json", self.mirror + "manifest.json")
        cost.runs -= 1
        manifest = json.loads((folder / "manifest.json").read_text())
        missing = [file["filename"] for file in manifest["files"]
                   if not (folder / file["filename"]).exists()]
        arguments = [part for name in missing
                     for part in ("-o", str(folder / name), self.mirror + name)]
        if arguments:
            self.run(cost, *one, *arguments)
            cost.runs -= 1
        cost.runs += 1

    def update_mirror(self, cost):
        self.run(cost, self.bin / "crlite-mirror", "--source", f"remote-settings+{self.origin}/v1",
                 "--root-sha256", self.keys.root_sha256, "--state", self.work / "state-of-mirror",
                 "--output", self.work / "mirror")

    def full_sync(self):
        """One sync of all that there is now, on a new machine."""
        cost = Cost()
        self.run(cost, *self.sync_from(f"manifest+{self.mirror}", self.work / "state-new"))
        return cost


def header(title):
    return (f"| {title} | runs | requests | bytes | CPU s | peak MiB |\n"
            "|---|---:|---:|---:|---:|---:|")


def simulate(world, filters, states, syncs_per_state):
    clients = {
        "crlite-sync, from crlite-mirror": world.from_mirror,
        "crlite-sync, from Remote Settings": world.from_origin,
        "plain files, as upki fetches them (curl)": world.plain,
    }
    first = {name: Cost() for name in clients}
    month = {name: Cost() for name in clients}
    nothing_new = {name: Cost() for name in clients}
    mirror = Cost()
    start_ms = int(time.time() * 1000) - (states + 1) * HALF_DAY_MS
    for state in range(states + 1):
        world.publish(filters[: state + 1], start_ms + state * HALF_DAY_MS)
        world.update_mirror(mirror)
        for name, sync in clients.items():
            if state == 0:
                sync(first[name])
                continue
            sync(month[name])
            for _ in range(syncs_per_state - 1):
                sync(nothing_new[name])
        print(f"\rstate {state} of {states}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print_tables(clients, first, month, nothing_new, mirror, world.full_sync())


def print_tables(clients, first, month, nothing_new, mirror, full):
    for title, costs in (("first sync, of a full filter", first),
                         ("syncs that find a delta", month),
                         ("syncs that find nothing new", nothing_new)):
        print(header(title))
        for name in clients:
            print(costs[name].row(name))
        print()
    print(header("beside"))
    print(mirror.row("crlite-mirror, once a state"))
    print(full.row("crlite-sync, a full filter and all deltas at once"))
    print()
    ours, _, plain = ([costs[name].wire for costs in (month, nothing_new)] for name in clients)
    idle = nothing_new[next(iter(clients))]
    print(f"Bytes of the month, mirror to plain: {sum(ours) / sum(plain):.2f}; "
          f"of its deltas alone: {ours[0] / plain[0]:.2f}; "
          f"a sync that finds nothing new: {idle.wire / max(1, idle.runs):.0f} bytes")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build", default=SOURCE / "build" / "release")
    parser.add_argument("--syncs-per-state", type=int, default=6)
    parser.add_argument("--states", type=int, default=60)
    parser.add_argument("--port", type=int, default=29440)
    arguments = parser.parse_args()
    if not VECTORS.exists():
        raise SystemExit(f"no filters at {VECTORS}")
    manifest = json.loads((VECTORS / "manifest.json").read_text())
    filters = [VECTORS / file["filename"] for file in manifest["filters"]]
    with tempfile.TemporaryDirectory(prefix="crlite-bench.") as work:
        world = World(arguments.build, pathlib.Path(work), arguments.port)
        try:
            simulate(world, filters, arguments.states, arguments.syncs_per_state)
        finally:
            world.nginx.terminate()
            world.nginx.wait()


if __name__ == "__main__":
    main()
