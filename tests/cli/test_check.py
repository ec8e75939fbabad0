#!/usr/bin/env python3
"""`crlite check`: every outcome, every exit code, and every way to get a chain wrong."""

import json
import os
import subprocess
import unittest

from world import BUILD, OTHER_LOG, World, crlite, run, sct

SYSTEM_SNAPSHOT = "/var/lib/crlite/snapshot"


class Check(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.chain = cls.world.leaf + cls.world.ca

    def expect(self, outcome, status, *arguments, stdin=None):
        result = crlite("check", *arguments, stdin=self.chain if stdin is None else stdin)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertEqual(result.stdout.decode().splitlines()[0], outcome)
        return result

    def expect_failure(self, status, mentions, *arguments, stdin=None, **options):
        stdin = self.chain if stdin is None else stdin
        result = crlite("check", *arguments, stdin=stdin, **options)
        self.assertEqual(result.returncode, status, result.stdout)
        self.assertEqual(result.stdout, b"")
        self.assertRegex(result.stderr.decode(), rf"^crlite: .*{mentions}")

    def test_not_revoked(self):
        self.expect("NotRevoked", 0, "--filter", self.world.good)

    def test_revoked(self):
        self.expect("Revoked", 2, "--filter", self.world.revoked)

    def test_not_enrolled(self):
        self.expect("NotEnrolled", 3, "--filter", self.world.elsewhere)

    def test_not_covered(self):
        self.expect("NotCovered", 3, "--filter", self.world.other_log)

    def test_any_filter_may_revoke(self):
        both = ["--filter", self.world.good, "--filter", self.world.revoked]
        self.expect("Revoked", 2, *both)
        file = self.world.write("chain.pem", self.chain)
        self.expect("Revoked", 2, *both, file)

    @unittest.skipIf(os.path.exists(SYSTEM_SNAPSHOT), "this machine has a snapshot")
    def test_no_data_says_what_to_do(self):
        result = self.expect("NoData", 3)
        self.assertIn(SYSTEM_SNAPSHOT, result.stderr.decode())
        self.assertIn("crlite-sync", result.stderr.decode())

    def test_a_snapshot_without_filters_is_no_data(self):
        state = self.world.path / "state"
        state.mkdir(exist_ok=True)
        published = run("crlite-sync", "publish", "--state", state)
        self.assertEqual(published.returncode, 0, published.stderr)
        result = self.expect("NoData", 3, "--snapshot", state / "snapshot")
        self.assertIn("no filters", result.stderr.decode())

    def test_decided_before_any_data(self):
        revoked = ("--filter", self.world.revoked)
        no_sct = self.world.issue("no-sct", []) + self.world.ca
        self.assertIn(b"no parseable embedded SCT",
                      self.expect("NotCovered", 3, *revoked, stdin=no_sct).stdout)
        alone = self.expect("NotCovered", 3, *revoked, stdin=self.world.leaf)
        self.assertIn(b"no issuer", alone.stdout)
        for time in ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"):
            self.assertIn(b"validity", self.expect("NotCovered", 3, *revoked, "--at", time).stdout)

    def test_malformed_scts_are_skipped_and_counted(self):
        leaf = self.world.issue("odd", [b"\x00\x03abc", sct()])
        chain = leaf + self.world.ca
        result = self.expect("Revoked", 2, "--filter", self.world.revoked, stdin=chain)
        self.assertIn("malformed SCTs: 1 skipped", result.stdout.decode())

    def test_one_covered_sct_is_enough(self):
        leaf = self.world.issue("two-logs", [sct(OTHER_LOG), sct()])
        self.expect("Revoked", 2, "--filter", self.world.revoked, stdin=leaf + self.world.ca)

    def test_the_issuer_may_stand_anywhere_after_the_leaf(self):
        key = (self.world.path / "leaf.key").read_bytes()
        other = self.world.make_ca("other", "/CN=Other CA")
        leaf = b" 0 s:CN = leaf\n" + self.world.leaf
        text = leaf + key + b"\n 1 s:other\n" + other + self.world.ca
        self.expect("Revoked", 2, "--filter", self.world.revoked, stdin=text)

    def test_the_issuer_is_who_signed_not_who_has_the_name(self):
        impostor = self.world.make_ca("impostor", "/CN=Test CA")
        self.expect("Revoked", 2, "--filter", self.world.revoked,
                    stdin=self.world.leaf + impostor + self.world.ca)
        self.expect_failure(65, "does not verify .*; put the issuer's", "--filter",
                            self.world.revoked, stdin=self.world.leaf + impostor)

    def test_a_second_key_that_verifies_hides_nothing(self):
        forged = self.world.forge_issuer()
        chain = self.world.leaf + forged + self.world.ca
        self.expect("Revoked", 2, "--filter", self.world.revoked, stdin=chain)
        self.expect("NotRevoked", 0, "--filter", self.world.good, stdin=chain)
        # The forged one alone is believed: it has signed, as far as anybody can see.
        self.expect("NotEnrolled", 3, "--filter", self.world.revoked,
                    stdin=self.world.leaf + forged)

    def test_a_chain_without_the_issuer_is_an_error(self):
        other = self.world.make_ca("stranger", "/CN=Stranger")
        self.expect_failure(65, "no certificate of 'CN = Test CA'", "--filter", self.world.good,
                            stdin=self.world.leaf + other)

    def test_what_is_no_chain_is_an_error(self):
        good = ("--filter", self.world.good)
        self.expect_failure(65, "no certificate", *good, stdin=b"")
        self.expect_failure(65, "no certificate", *good, stdin=b"hello\n" * 1000)
        self.expect_failure(65, "certificate 1: damaged PEM block; copy it", *good,
                            stdin=self.world.leaf[:-60])
        begin, end = b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n"
        self.expect_failure(65, "certificate 2: not the DER .*; export it", *good,
                            stdin=self.world.leaf + begin + b"AAAA\n" + end)
        self.expect_failure(65, "more than", *good, stdin=b"\n" * (5 << 20))

    def test_files_that_cannot_be_read(self):
        good = ("--filter", self.world.good)
        self.expect_failure(74, "/none/chain: cannot open", *good, "/none/chain")
        self.expect_failure(74, "/none/filter: cannot open", "--filter", "/none/filter")
        self.expect_failure(74, "/none/snapshot: ", "--snapshot", "/none/snapshot")
        self.expect_failure(74, "cannot", "--snapshot", self.world.path)

    def test_files_that_are_something_else(self):
        noise = self.world.write("noise", b"not a filter")
        self.expect_failure(65, "noise: .*offset", "--filter", noise)
        self.expect_failure(65, "noise: ", "--snapshot", noise)
        self.expect_failure(65, "empty: ", "--snapshot", self.world.write("empty", b""))

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "wb") as full:
            command = [BUILD / "bin" / "crlite", "check", "--filter", self.world.good]
            result = subprocess.run(command, input=self.chain, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(result.returncode, 74)
        self.assertIn(b"standard output", result.stderr)

    def test_times_may_have_an_offset(self):
        good = ("--filter", self.world.good)
        self.expect("NotCovered", 3, *good, "--at", "2020-01-01t02:30:00.5+02:30")

    def test_json(self):
        result = crlite("check", "--json", "--filter", self.world.revoked, stdin=self.chain)
        document = json.loads(result.stdout)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(document["schema"], 1)
        self.assertEqual(document["outcome"], "Revoked")
        self.assertEqual(document["serial"], "00da4f392bfd8bcea8")
        self.assertEqual(document["issuer_spki_sha256"], self.world.issuer.hex())
        self.assertEqual(document["filter"], str(self.world.revoked))
        self.assertEqual((document["scts"], document["malformed_scts"]), (1, 0))


if __name__ == "__main__":
    unittest.main()
