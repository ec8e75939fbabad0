#!/usr/bin/env python3
"""A snapshot that opens, whose hashes are right, and that contradicts itself when it is asked."""

import subprocess
import unittest

from world import BUILD, LOG, SCT_TIME, World, contradict, crlite

ADVICE = "contradicts itself; run 'crlite-sync publish --force'"
# A mount namespace in which a folder of ours is /var/lib/crlite.
AS_SYSTEM = ["unshare", "--map-root-user", "--mount", "sh", "-c",
             'mount -t tmpfs none /var/lib && mkdir /var/lib/crlite && cp "$0" '
             '/var/lib/crlite/snapshot && exec "$@"']


class Damaged(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.chain = cls.world.leaf + cls.world.ca
        cls.line = f"{cls.world.issuer.hex()}\t01\t{LOG.hex()}:{SCT_TIME}\n".encode()
        whole = cls.world.publish("state", cls.world.revoked) / "snapshot"
        cls.whole = whole
        cls.snapshot = cls.world.write("damaged", contradict(whole.read_bytes()))

    def as_system(self, *arguments, stdin):
        command = [*AS_SYSTEM, self.snapshot, BUILD / "bin" / "crlite", *arguments]
        probe = [*AS_SYSTEM, self.snapshot, "true"]
        if subprocess.run(probe, capture_output=True, check=False).returncode != 0:
            self.skipTest("needs a mount namespace")
        return subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)

    def test_the_whole_one_answers(self):
        result = crlite("check", "--snapshot", self.whole, stdin=self.chain)
        self.assertEqual(result.returncode, 2, result.stderr)

    def test_check_refuses_a_named_one(self):
        result = crlite("check", "--snapshot", self.snapshot, stdin=self.chain)
        self.assertEqual((result.returncode, result.stdout), (65, b""))
        self.assertEqual(result.stderr.decode(), f"crlite: snapshot {self.snapshot}: {ADVICE}\n")

    def test_query_answers_no_data_and_says_once_why(self):
        result = crlite("query", "--snapshot", self.snapshot, stdin=self.line * 3)
        self.assertEqual((result.returncode, result.stdout), (65, b"NoData\n" * 3))
        self.assertEqual(result.stderr.decode(), f"crlite: snapshot {self.snapshot}: {ADVICE}\n")

    def test_the_systems_is_no_data(self):
        message = f"crlite: snapshot /var/lib/crlite/snapshot: {ADVICE}\n"
        result = self.as_system("check", stdin=self.chain)
        self.assertEqual((result.returncode, result.stderr.decode()), (3, message))
        self.assertEqual(result.stdout.decode().splitlines()[0], "NoData")
        result = self.as_system("query", stdin=self.line * 2)
        self.assertEqual((result.returncode, result.stderr.decode()), (0, message))
        self.assertEqual(result.stdout, b"NoData\n" * 2)


if __name__ == "__main__":
    unittest.main()
