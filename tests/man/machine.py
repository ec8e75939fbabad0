"""A machine as the examples of the manual pages expect it: a private view of /etc, /opt, /srv and
/var, a network of loopback alone that serves the pages' host names, the files that they name."""

import base64
import fcntl
import functools
import http.server
import json
import os
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from feed import Feed  # noqa: E402
from pages import BUILD, SOURCE  # noqa: E402
from world import (LOG, NEW_KEY, SCT_OID, SCT_TIME, World, clubcard_v4, sct,  # noqa: E402
                   sct_extension)

# What ages in the examples, or is another one on each machine.
DATE = "2026-12-01"
ID = "0123456789abcdef"
SERIAL = "00da4f392bfd8bcea8"
USER_ID = "64000"


def command(*arguments):
    result = subprocess.run(list(map(str, arguments)), capture_output=True)
    if result.returncode != 0:
        raise AssertionError(f"{arguments}: {result.stderr.decode()}")
    return result.stdout.decode()


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def translate_path(self, path):
        return super().translate_path("/v1/index" if path == "/v1/" else path)


class Machine:
    """Must be made inside of fresh mount and network namespaces."""

    def __init__(self):
        self.world = World()
        self.path = self.world.path
        self.tree = self.path / "tree"
        self.environment = {
            **os.environ, "PATH": f"{BUILD / 'bin'}:{os.environ['PATH']}", "HOME": str(self.path),
            "SSL_CERT_FILE": str(self.path / "ca.pem"),
            "CURL_CA_BUNDLE": str(self.path / "ca.pem")}
        self.hide_the_real_one()
        self.make_site()
        self.serve()
        self.publish_filters()
        self.make_srv()
        self.make_files()
        self.date = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 9 * 86400))
        self.id = self.expect(
            "crlite exempt add --cert chain.pem --reason example --no-publish "
            f"--until {self.date} --config /srv/crlite/config.yaml").partition(":")[0]

    def hide_the_real_one(self):
        copies = self.path / "machine"
        copies.mkdir()
        modules = pathlib.Path(command("openssl", "version", "-m").split('"')[1])
        for folder in (pathlib.Path("/etc"), modules):
            copy = copies / folder.name
            shutil.copytree(folder, copy, symlinks=True, ignore_dangling_symlinks=True)
            command("mount", "--bind", copy, folder)
        for folder in ("/opt", "/srv", "/var/cache", "/var/lib"):
            empty = copies / folder.replace("/", "_")
            empty.mkdir()
            command("mount", "--bind", empty, folder)
        pathlib.Path("/opt/crlite/lib").mkdir(parents=True)
        for folder in (modules, "/opt/crlite/lib"):
            shutil.copy(BUILD / "lib/crlite.so", folder)
        hosts = "127.0.0.1 localhost example.org crlite.example.org\n"
        pathlib.Path("/etc/hosts").write_text(hosts)
        users = pathlib.Path("/etc/passwd").read_text()
        if "\ncrlite:" not in users:
            users += f"crlite:x:{USER_ID}:{USER_ID}::/nonexistent:/usr/sbin/nologin\n"
            pathlib.Path("/etc/passwd").write_text(users)
        self.path.chmod(0o755)  # for that user

    def make_site(self):
        """A certificate with SCTs for the host names, and the chain."""
        self.world.write("site.cnf", "\n".join([
            "basicConstraints=CA:FALSE", "subjectAltName=DNS:example.org,DNS:crlite.example.org",
            f"{SCT_OID}=DER:{sct_extension([sct()]).hex(':')}"]).encode())
        request = self.world.openssl("req", "-new", *NEW_KEY, "-keyout", "site.key",
                                     "-subj", "/CN=example.org")
        leaf = self.world.openssl("x509", "-req", "-CA", "ca.pem", "-CAkey", "ca.key",
                                  "-days", 10, "-set_serial", f"0x{SERIAL}",
                                  "-extfile", "site.cnf", stdin=request)
        self.world.write("chain.pem", leaf + self.world.ca)

    def serve(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            loopback_up = struct.pack("16sh14x", b"lo", 0x1)  # IFF_UP
            fcntl.ioctl(any_socket, 0x8914, loopback_up)  # SIOCSIFFLAGS
        self.tree.mkdir()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path / "chain.pem", self.path / "site.key")
        for port in (443, 8443):
            server = http.server.ThreadingHTTPServer(
                ("127.0.0.1", port), functools.partial(Handler, directory=self.tree))
            server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def publish_filters(self):
        """A signed list on the server and a mirror of it, which is this machine's source."""
        filters = [self.world.write("full.filter", clubcard_v4(self.world.issuer, 0)),
                   self.world.write("new.filter.delta", clubcard_v4(bytes(32), 1))]
        tool = SOURCE / "tests/support/remote_settings.py"
        keys = self.path / "keys"
        self.root = root = command(sys.executable, tool, "keys", keys).strip()
        command(sys.executable, tool, "publish", self.tree, "--keys", keys, "--timestamp",
                int(time.time() * 1000) - 3600_000, "--base-url", "https://crlite.example.org",
                "--filter", f"{filters[0]}:full", "--filter", f"{filters[1]}:delta")
        self.expect(f"crlite-mirror --output {self.tree}/revocation --root-sha256 {root} "
                    "--source remote-settings+https://crlite.example.org/v1")
        self.config = ("sources:\n  - type: manifest\n"
                       "    url: https://crlite.example.org/revocation/\n"
                       f"    root-sha256: {root}\n").encode()
        pathlib.Path("/etc/crlite").mkdir(exist_ok=True)
        pathlib.Path("/etc/crlite/config.yaml").write_bytes(self.config)
        self.world.write("config.yaml", self.config)
        self.world.write("root.sha256", root.encode())
        shutil.copytree(self.tree / "revocation", "/var/cache/upki")
        self.expect("crlite-sync")
        # Whoever fetches alone owns only that.
        command("chown", "-R", f"{USER_ID}:{USER_ID}", "/var/lib/crlite/incoming")

    def make_srv(self):
        for folder in ("www", "app", "crlite/state"):
            pathlib.Path("/srv", folder).mkdir(parents=True)
        pathlib.Path("/srv/crlite/config.yaml").write_bytes(self.config)
        self.expect("crlite-sync --config /srv/crlite/config.yaml --state /srv/crlite/state")
        shutil.copytree("/var/lib/crlite", "/srv/app/crlite")
        shutil.copy("/etc/ssl/openssl.cnf", "/srv/app")

    def make_files(self):
        feed = Feed(self.path / "feed")
        serials = [bytes([0x42, i]) for i in range(1, 200)]
        feed.write(self.world.issuer, serials, [(1, serials[0])])
        for name in ("known", "revoked", "ct-logs.json"):
            (self.path / "feed" / name).rename(self.path / name)
        query = f"{self.world.issuer.hex()}\t{SERIAL}\t{LOG.hex()}:{SCT_TIME}\n"
        self.world.write("queries.tsv", query.encode())
        self.world.write("log_list.json", json.dumps({"operators": [{"logs": [
            {"description": "A log", "log_id": base64.b64encode(LOG).decode()}]}]}).encode())
        shutil.copy("/var/lib/crlite/snapshot", self.path)
        shutil.copy("/etc/ssl/openssl.cnf", self.path)
        shutil.copy(SOURCE / "conf/crlite.cnf", "/etc/crlite/openssl.cnf")

    def run(self, text):
        return subprocess.run(["bash", "-o", "pipefail", "-c", text], cwd=self.path,
                              env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=120)

    def run_example(self, text):
        if "--root-sha256" not in text:  # the data here is not Mozilla's
            text = text.replace("--source", f"--root-sha256 {self.root} --source")
        return self.run(text.replace(DATE, self.date).replace(ID, self.id))

    def expect(self, text):
        result = self.run(text)
        if result.returncode != 0:
            raise AssertionError(f"{text}\n{result.stdout.decode()}{result.stderr.decode()}")
        return result.stdout.decode()
