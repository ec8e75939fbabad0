#!/usr/bin/env python3
"""A set of real size, asked through its 61 filters and through the snapshot that crlite-sync makes
of them: the same answers, and quickly."""

import json
import pathlib
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from crlite_tool import crlite, filter_options, need_vectors, run  # noqa: E402

FULL_SCALE = need_vectors("full-scale")
MANIFEST = json.loads((FULL_SCALE / "revocation" / "manifest.json").read_text())
FILTERS = [FULL_SCALE / "revocation" / entry["filename"] for entry in MANIFEST["filters"]]
CHAINS = {
    "good": ("NotRevoked", 0),
    "revoked": ("Revoked", 2),
    "revoked_last_delta": ("Revoked", 2),
}


class FullScale(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.state = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.state.cleanup)
        source = f"dir:{FULL_SCALE / 'revocation'}"
        result = run("crlite-sync", "--state", cls.state.name, "--source", source)
        if result.returncode != 0:
            raise AssertionError(result.stderr.decode())
        cls.snapshot = pathlib.Path(cls.state.name) / "snapshot"

    def expect_all_answers(self, *data):
        queries = (FULL_SCALE / "queries.tsv").read_bytes()
        started = time.monotonic()
        result = crlite("query", *data, stdin=queries)
        print(f"\n{data[0]}: 20,000 queries in {time.monotonic() - started:.2f} s", end="")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertEqual(result.stdout, (FULL_SCALE / "expected.txt").read_bytes())

    def test_the_filters_answer_as_the_reference(self):
        self.assertEqual(len(FILTERS), 61)
        self.expect_all_answers(*filter_options(FILTERS))

    def test_the_snapshot_answers_as_the_reference(self):
        self.expect_all_answers("--snapshot", self.snapshot)

    def check(self, chain, *data):
        pem = FULL_SCALE / "chains" / f"{chain}.pem"
        return crlite("check", *data, "--at", "2026-07-08T00:00:00Z", pem)

    def test_real_chains(self):
        for data in (("--snapshot", self.snapshot), filter_options(FILTERS)):
            for chain, (outcome, status) in CHAINS.items():
                with self.subTest(chain=chain, data=data[0]):
                    result = self.check(chain, *data)
                    first_line = result.stdout.decode().splitlines()[0]
                    self.assertEqual((first_line, result.returncode), (outcome, status))

    def test_the_newest_delta_is_what_revokes(self):
        result = self.check("revoked_last_delta", *filter_options(FILTERS[:-1]))
        self.assertEqual(result.stdout.decode().splitlines()[0], "NotRevoked")

    def test_a_damaged_snapshot_is_refused(self):
        content = bytearray(self.snapshot.read_bytes())
        content[len(content) // 2] ^= 1
        with tempfile.NamedTemporaryFile() as damaged:
            damaged.write(content)
            damaged.flush()
            result = crlite("query", "--snapshot", damaged.name)
            self.assertEqual(result.returncode, 65)
            self.assertIn(b"damaged", result.stderr)


if __name__ == "__main__":
    unittest.main()
