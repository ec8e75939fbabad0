#!/usr/bin/env python3
"""The examples in the library's pages are compiled as they stand against the installed library, and
those that are whole programs are run."""

import http.server
import os
import pathlib
import re
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from pages import BUILD, SOURCE, example_blocks, library_pages, plain, section  # noqa: E402
from world import NEW_KEY, SCT_OID, World, sct, sct_extension  # noqa: E402

PREFIX = BUILD / "tests/prefix"
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror"]
# With STATE in the place of /var/lib/crlite, for nobody else: sh -c IN_PLACE sh STATE PROGRAM...
IN_PLACE = ("mount -t tmpfs none /var/lib && mkdir /var/lib/crlite && "
            'mount --bind "$1" /var/lib/crlite && shift && exec "$@"')
PRIVATE = ["unshare", "--mount", "--propagation", "private"]


def is_program(text):
    return "\nint main(" in text


def c_blocks(page):
    """Examples of a page that are C, each with what it needs from the page's synopsis."""
    includes = re.findall(r"^\.B (#include .+)$", section(page.read_text(), "SYNOPSIS"), re.M)
    for text, _ in example_blocks(page.read_text()):
        if not text.startswith("cc "):
            yield text if text.startswith("#") else "\n".join(includes) + "\n" + text


class Programs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.path = cls.world.path
        cls.environment = {
            **os.environ, "PKG_CONFIG_PATH": str(PREFIX / "lib/pkgconfig"),
            "LD_LIBRARY_PATH": str(PREFIX / "lib"), "SSL_CERT_FILE": str(cls.path / "ca.pem"),
            "OPENSSL_CONF": "/dev/null"}
        for page in library_pages():
            for text in filter(is_program, c_blocks(page)):
                name = cls.program_name(page)
                (cls.path / f"{name}.c").write_text(text)
                cls.compile(name, "-o", name, f"{name}.c")

    @staticmethod
    def program_name(page):
        """As the page's own command has it, else that of the page."""
        named = re.search(r"-o (\w+) ", plain(page.read_text()))
        return named.group(1) if named else page.stem

    @classmethod
    def run_here(cls, *command):
        return subprocess.run(list(map(str, command)), cwd=cls.path, env=cls.environment,
                              capture_output=True, text=True, timeout=60)

    @classmethod
    def compile(cls, what, *arguments):
        # Both at once, as a page's synopsis may be either.
        flags = cls.run_here("pkg-config", "--cflags", "--libs", "crlite-openssl", "crlite")
        assert flags.returncode == 0, flags.stderr
        result = cls.run_here("cc", *STRICT, *arguments, *flags.stdout.split())
        assert result.returncode == 0, f"{what}: {result.stderr}"

    def expect(self, state, status, output, program, *arguments):
        """Runs a program where `state` (None: an empty folder) stands for /var/lib/crlite."""
        if state is None:
            state = self.path / "empty"
            state.mkdir(exist_ok=True)
        command = [*PRIVATE, "sh", "-c", IN_PLACE, "sh", state, self.path / program, *arguments]
        if self.run_here(*PRIVATE, "true").returncode != 0:
            self.skipTest("no private mount namespaces here (needs root)")
        result = self.run_here(*command)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (status, output, ""))

    def test_every_block_of_c_compiles(self):
        for page in library_pages():
            for number, text in enumerate(c_blocks(page)):
                with self.subTest(page=page.name, example=number):
                    (self.path / "block.c").write_text(text)
                    self.compile(page.name, "-c", "block.c")

    def test_the_commands_of_the_pages_compile(self):
        for page in library_pages():
            for text, _ in example_blocks(page.read_text()):
                if text.startswith("cc "):
                    with self.subTest(page=page.name):
                        (self.path / self.program_name(page)).unlink()
                        result = self.run_here("sh", "-ec", text)
                        self.assertEqual((result.returncode, result.stderr), (0, ""))
                        self.assertTrue((self.path / self.program_name(page)).exists())

    def test_every_program_is_run_below(self):
        programs = {self.program_name(page) for page in library_pages()
                    if any(map(is_program, c_blocks(page)))}
        self.assertEqual(programs, {"check", "crlite_error_text", "crlite_open", "client"})

    def test_check(self):
        for name, pem in (("leaf", self.world.leaf), ("issuer", self.world.ca)):
            self.world.openssl("x509", "-outform", "DER", "-out", f"{name}.der", stdin=pem)
        self.expect(self.world.publish("check-good", self.world.good), 0,
                    "NotRevoked (answered by the filters): allowed\n", "check")
        self.expect(self.world.publish("check-revoked", self.world.revoked), 1,
                    "Revoked (answered by the filters): refused\n", "check")
        self.expect(None, 0, "NoData (there is no snapshot with filters): allowed\n", "check")

    def test_crlite_error_text(self):
        version = re.search(r"project\(crlite VERSION ([\d.]+)",
                            (SOURCE / "CMakeLists.txt").read_text()).group(1)
        self.assertEqual(self.run_here(self.path / "crlite_error_text").stdout,
                         f"libcrlite {version}: the snapshot's path is not absolute, or too long\n")

    def test_crlite_open_needs_no_system_call_for_a_check(self):
        self.expect(self.world.publish("open", self.world.good), 0, "NotCovered", "crlite_open")
        self.expect(None, 0, "NoData", "crlite_open")

    def test_client(self):
        port = self.serve()
        good = self.world.publish("client-good", self.world.good)
        revoked = self.world.publish("client-revoked", self.world.revoked)
        self.expect(good, 0, "connected: ok\n", "client", "localhost", port)
        self.expect(revoked, 1, "refused: certificate revoked\n", "client", "localhost", port)
        self.expect(None, 0, "connected: ok\n", "client", "localhost", port)

    def serve(self):
        """A TLS server called localhost, whose certificate has an SCT; its port."""
        self.world.write("site.cnf", b"subjectAltName=DNS:localhost\n" +
                         f"{SCT_OID}=DER:{sct_extension([sct()]).hex(':')}".encode())
        request = self.world.openssl("req", "-new", *NEW_KEY, "-keyout", "site.key",
                                     "-subj", "/CN=x")
        self.world.write("site.pem", self.world.openssl(
            "x509", "-req", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", 10,
            "-extfile", "site.cnf", stdin=request))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path / "site.pem", self.path / "site.key")
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
        server.handle_error = lambda *_: None  # clients that refuse
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]


if __name__ == "__main__":
    unittest.main()
