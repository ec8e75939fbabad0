"""Programs that were written for upki's libraries, with ours in their place: every documented code, and
TLS connections. Run by test_upki.sh. The codes are written as numbers, as upki's programs have them
compiled in."""

import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "cli"))
from world import BUILD, World, clubcard_v4, contradict, run, sct  # noqa: E402

STATE = pathlib.Path("/var/lib/crlite")
NOT_COVERED, REVOKED, NOT_REVOKED = "0 1", "0 2", "0 3"


def client_command(name, *arguments, **environment):
    result = subprocess.run(
        [BUILD / "bin" / name, *arguments], capture_output=True, text=True, timeout=60,
        env={"LD_LIBRARY_PATH": str(BUILD / "lib"), **environment})
    if result.returncode != 0:
        raise AssertionError(f"{name}: exit {result.returncode}: {result.stderr}")
    return result.stdout.strip()


class UpkiTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.key = cls.world.write("site.key", (cls.world.path / "leaf.key").read_bytes())
        cls.leaf = cls.der("leaf", cls.world.leaf)
        cls.ca = cls.der("ca", cls.world.ca)
        cls.other = cls.der("other", cls.world.make_ca("other", "/CN=Other CA"))
        cls.forged = cls.der("forged", cls.world.make_ca("forged", "/CN=Test CA"))
        cls.garbage = cls.world.write("garbage.der", b"0\x82\x01\x00no certificate")

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    @classmethod
    def der(cls, name, pem):
        content = cls.world.openssl("x509", "-outform", "DER", stdin=pem)
        return cls.world.write(f"{name}.der", content)

    def setUp(self):
        (self.world.path / "exemptions.yaml").unlink(missing_ok=True)
        for entry in STATE.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def publish(self, *filters, config="{}", age_days=0):
        offer = self.world.path / "offer"
        shutil.rmtree(offer, ignore_errors=True)
        offer.mkdir()
        for path in filters:
            shutil.copy(path, offer)
            when = time.time() - age_days * 86400
            os.utime(offer / path.name, (when, when))
        yaml = self.world.write("config.yaml", config.encode())
        result = run("crlite-sync", "--config", yaml, "--source", f"dir:{offer}", "--force",
                     "--allow-rollback")
        self.assertEqual(result.returncode, 0, result.stderr.decode())

    def check(self, *certificates, config="-", **environment):
        return client_command("upki_program", config, *certificates, **environment)

    # Which library it is.

    def test_the_program_was_linked_with_another_library(self):
        self.assertEqual(self.check(self.leaf, self.ca, LD_LIBRARY_PATH=""), "19")
        self.publish(self.world.good)
        self.assertEqual(self.check(self.leaf, self.ca), NOT_REVOKED)

    # Answers.

    def test_what_the_filters_say(self):
        for path, code in ((self.world.good, NOT_REVOKED), (self.world.revoked, REVOKED),
                           (self.world.elsewhere, NOT_COVERED),
                           (self.world.other_log, NOT_COVERED)):
            self.publish(path)
            self.assertEqual(self.check(self.leaf, self.ca), code, path)

    def test_a_leaf_without_scts_is_not_covered_even_without_data(self):
        leaf = self.der("private", self.world.issue("private", []))
        self.assertEqual(self.check(leaf, self.ca), NOT_COVERED)
        self.publish(self.world.revoked)
        self.assertEqual(self.check(leaf, self.ca), NOT_COVERED)

    def test_the_issuer_may_be_anywhere_behind_the_leaf(self):
        self.publish(self.world.revoked)
        self.assertEqual(self.check(self.leaf, self.other, self.ca, self.other), REVOKED)

    def test_a_forged_issuer_hides_nothing(self):
        self.publish(self.world.revoked)
        for chain in ([self.forged, self.ca], [self.ca, self.forged],
                      [self.forged, self.garbage, self.ca], [self.garbage, self.ca]):
            self.assertEqual(self.check(self.leaf, *chain), REVOKED, chain)
        self.assertEqual(self.check(self.leaf, self.forged), NOT_COVERED)

    # Errors.

    def test_null_and_empty(self):
        self.assertEqual(
            client_command("upki_program", "--null"),
            "new 16, no config 16, no certificates 16, none of them 81, one of nothing 71")

    def test_without_the_issuer(self):
        self.publish(self.world.revoked)
        self.assertEqual(self.check(), "0 81")
        self.assertEqual(self.check(self.leaf), "0 78")
        self.assertEqual(self.check(self.leaf, self.other), "0 78")
        self.assertEqual(self.check(self.ca), "0 78")

    def test_what_is_no_certificate(self):
        self.publish(self.world.good)
        whole = self.leaf.read_bytes()
        for name, content in (("cut", whole[:-1]), ("longer", whole + b"\0"), ("empty", b""),
                              ("pem", self.world.leaf)):
            bad = self.world.write(f"{name}.der", content)
            self.assertEqual(self.check(bad, self.ca), "0 71", name)
            self.assertEqual(self.check(self.leaf, bad, self.ca), "0 72", name)
            self.assertEqual(self.check(self.leaf, bad), "0 72", name)
            self.assertEqual(self.check(self.leaf, self.ca, bad), NOT_REVOKED, name)

    def test_scts_that_cannot_be_read(self):
        for name, scts in (("broken", [b"\x00\x01\x07"]), ("second", [sct(), b"\x00\x01\x07"]),
                           ("cut", [sct()[:-1]])):
            leaf = self.der(name, self.world.issue(name, scts))
            self.publish(self.world.good)
            self.assertEqual(self.check(leaf, self.ca), "0 75", name)
            self.publish(self.world.revoked)
            revoked = REVOKED if name == "second" else "0 75"
            self.assertEqual(self.check(leaf, self.ca), revoked, name)

    def test_without_data(self):
        self.assertEqual(self.check(self.leaf, self.ca), "0 67")
        self.publish(self.world.good)
        self.assertEqual(self.check(self.leaf, self.ca), NOT_REVOKED)
        snapshot = STATE / "snapshot"
        whole = snapshot.read_bytes()
        for damaged in (whole[:-1], b"", contradict(whole)):
            snapshot.write_bytes(damaged)
            self.assertEqual(self.check(self.leaf, self.ca), "0 66", len(damaged))
        snapshot.unlink()  # though there has been data
        self.assertEqual(self.check(self.leaf, self.ca), "0 66")

    def test_stale_data_that_the_policy_denies(self):
        policy = "policy: {stale: deny, stale-after: 2d}"
        self.publish(self.world.good, config=policy, age_days=3)
        self.assertEqual(self.check(self.leaf, self.ca), "0 79")
        self.publish(self.world.elsewhere, config=policy, age_days=3)
        self.assertEqual(self.check(self.leaf, self.ca), "0 79")
        self.publish(self.world.revoked, config=policy, age_days=3)
        self.assertEqual(self.check(self.leaf, self.ca), REVOKED)
        self.publish(self.world.good, config=policy.replace("deny", "report"), age_days=3)
        self.assertEqual(self.check(self.leaf, self.ca), NOT_REVOKED)

    # Policy.

    def test_what_the_policy_lets_pass(self):
        self.publish(self.world.revoked)
        for mode in ("shadow", "off"):
            self.assertEqual(self.check(self.leaf, self.ca, CRLITE_MODE=mode), NOT_COVERED, mode)
        self.publish(self.world.revoked, config="policy: {mode: shadow}")
        self.assertEqual(self.check(self.leaf, self.ca), NOT_COVERED)
        self.assertEqual(self.check(self.leaf, self.ca, CRLITE_MODE="enforce"), REVOKED)

    def test_what_is_exempted(self):
        yaml = self.world.write("config.yaml", b"{}")  # the exemptions lie beside it
        chain = self.world.write("chain.pem", self.world.leaf + self.world.ca)
        until = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 5 * 86400))
        added = run("crlite", "exempt", "add", "--cert", chain, "--until", until, "--reason", "test",
                    "--no-publish", "--config", yaml)
        self.assertEqual(added.returncode, 0, added.stderr.decode())
        self.publish(self.world.revoked)
        self.assertEqual(self.check(self.leaf, self.ca), NOT_COVERED)

    # Configuration.

    def test_paths_of_configurations(self):
        self.publish(self.world.good)
        chain = [self.leaf, self.ca]
        toml = self.world.write("f\u00fcr-\u4e16\U0001f30d.toml", b"\xff anything")
        self.assertEqual(self.check(*chain, config=toml), NOT_REVOKED)
        self.assertEqual(self.check(*chain, config=self.world.write("empty", b"")), NOT_REVOKED)
        self.assertEqual(self.check(*chain, config=self.world.path), "33")
        self.assertEqual(self.check(*chain, config=self.world.path / "missing"), "33")
        self.assertEqual(self.check(*chain, config=""), "33")
        for wrong in (b"\xff", b"\xc0\xaf", b"a\x80", b"\xe2\x82", b"\xed\xa0\x80", b"\xe0\x80\xaf",
                      b"\xf4\x90\x80\x80", b"\xf0\x80\x80\x80", b"\xc3"):
            self.assertEqual(self.check(*chain, config=wrong), "17", wrong)

    # The journal.

    def test_a_refusal_is_told_and_nothing_else(self):
        path = "/run/systemd/journal/socket"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
            journal.bind(path)
            journal.settimeout(10)
            try:
                self.publish(self.world.good)
                self.check(self.leaf, self.ca)
                self.publish(self.world.revoked)
                self.check(self.leaf, self.forged, self.ca)
                line = journal.recv(65536)
                self.assertIn(b"upki_program", line)
                self.assertIn(b"00da4f392bfd8bcea8", line)
                self.check(self.leaf, self.forged, self.ca, CRLITE_MODE="shadow")
                self.assertIn(b"would have refused a revoked", journal.recv(65536))
                journal.settimeout(0.1)
                self.assertRaises(TimeoutError, journal.recv, 65536)
            finally:
                os.unlink(path)

    # TLS.

    def connect(self, ca="ca.pem", *arguments, site=None, key=None):
        """What upki_client says of a site with the leaf, or with this chain and key."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.world.write("site.pem", site or self.world.leaf),
                                key or self.key)

        def serve():
            try:
                context.wrap_socket(server.accept()[0], server_side=True).close()
            except OSError:
                pass

        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=serve)
            thread.start()
            said = client_command("upki_client", str(server.getsockname()[1]),
                                  self.world.path / ca, *arguments)
            thread.join()
        return said

    def test_tls_connections(self):
        for arguments in ([], ["config"]):
            self.setUp()
            self.assertEqual(self.connect("ca.pem", *arguments), "refused 50")  # no data
            self.publish(self.world.good)
            self.assertEqual(self.connect("ca.pem", *arguments), "connected 0")
            self.publish(self.world.elsewhere)
            self.assertEqual(self.connect("ca.pem", *arguments), "connected 0")
            self.publish(self.world.revoked)
            self.assertEqual(self.connect("ca.pem", *arguments), "refused 23")
            self.publish(self.world.good)
            # Unable to get the local issuer: the callback leaves it at that.
            self.assertEqual(self.connect("other.pem", *arguments), "refused 20")

    def test_slots_of_the_program_are_left_alone(self):
        self.assertEqual(client_command("upki_client", "--own-context"), "application data kept")

    def test_the_verified_issuer_alone_is_asked_about(self):
        # The CA has a new key, and its old one has signed that; of the old one's, all is revoked.
        old = self.world.make_ca("old", "/CN=Test CA")
        identifiers = b"subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        public_key = self.world.openssl("x509", "-pubkey", "-noout", stdin=self.world.ca)
        link = self.world.openssl(
            "x509", "-new", "-force_pubkey", self.world.write("ca.pub", public_key), "-subj",
            "/CN=Test CA", "-days", 30, "-CA", "old.pem", "-CAkey", "old.key", "-extfile",
            self.world.write("link.cnf", identifiers + b"basicConstraints=critical,CA:TRUE\n"))
        leaf = self.world.issue("rolled", [sct()], more=identifiers.decode())
        key = self.world.write("rolled.key", (self.world.path / "leaf.key").read_bytes())
        all_of_old = self.world.write(
            "old.filter", clubcard_v4(self.world.spki_hash(old), inverted=1))
        self.publish(self.world.good, all_of_old)
        said = self.connect("old.pem", site=leaf + link, key=key)
        self.assertEqual(said, "connected 0")
        self.publish(self.world.revoked)
        said = self.connect("old.pem", site=leaf + link, key=key)
        self.assertEqual(said, "refused 23")


if __name__ == "__main__":
    unittest.main()
