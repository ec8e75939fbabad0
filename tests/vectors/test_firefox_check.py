#!/usr/bin/env python3
"""`crlite check` on real certificates says what Firefox says, filter by filter and combined (the
table in the vectors' README)."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from crlite_tool import VECTORS, crlite, filter_options, need_vectors  # noqa: E402

FIREFOX = need_vectors("crlite-firefox")
FULL, DELTA_1, DELTA_2 = "20201017-0-filter", "20201017-1-filter.delta", "20201201-3-filter.delta"
COLUMNS = [[FULL], [DELTA_1], [DELTA_2], [FULL], [FULL, DELTA_1], [FULL, DELTA_1, DELTA_2]]
STATUS = {"NotRevoked": 0, "Revoked": 2, "NotCovered": 3}
G, R, C = "NotRevoked", "Revoked", "NotCovered"
TABLE = {
    "valid": [G, G, G, G, G, G],
    "revoked": [R, G, G, R, R, R],
    "revoked-in-stash": [G, R, G, G, R, R],
    "revoked-in-stash-2": [G, G, R, G, G, R],
    "no-sct": [C, C, C, C, C, C],
    "notcovered": [C, C, C, C, C, C],
}
SERIALS = {"valid": "00da4f392bfd8bcea8", "revoked-in-stash": "009796e3b017a29f0d"}
ISSUER = "f11c3dd048f74edb7c45192b83e5980d2f67ec84b4ddb9396e33ff5173ed698f"


def chain_of(name):
    issuer = "no-sct-issuer.pem" if name == "no-sct" else "issuer.pem"
    return (FIREFOX / f"{name}.pem").read_bytes() + (FIREFOX / issuer).read_bytes()


def check(name, filters, at="2020-10-20T00:00:00Z"):
    return crlite("check", *filter_options(filters), "--at", at, stdin=chain_of(name))


class FirefoxCheck(unittest.TestCase):
    def expect_table(self, path_of):
        for name, row in TABLE.items():
            for column, outcome in zip(COLUMNS, row):
                with self.subTest(certificate=name, filters=column):
                    result = check(name, map(path_of, column))
                    self.assertEqual(result.stderr, b"")
                    self.assertEqual(result.stdout.decode().splitlines()[0], outcome)
                    self.assertEqual(result.returncode, STATUS[outcome])

    def test_the_original_files(self):
        self.expect_table(lambda name: FIREFOX / name)

    def test_the_same_clubcards_as_v4(self):
        derived = VECTORS / "crlite-derived"
        self.expect_table(lambda name: derived / f"{name}.v4")

    def test_serial_and_issuer_are_shown(self):
        for name, serial in SERIALS.items():
            lines = check(name, [FIREFOX / FULL]).stdout.decode().splitlines()
            self.assertIn(f"serial: {serial}", lines)
            self.assertIn(f"issuer: {ISSUER}", lines)

    def test_outside_its_validity_a_certificate_is_not_covered(self):
        result = check("revoked", [FIREFOX / FULL], at="2030-01-01T00:00:00Z")
        self.assertEqual((result.stdout.splitlines()[0], result.returncode), (b"NotCovered", 3))
        self.assertIn(b"validity", result.stdout)

    def test_without_the_right_issuer_there_is_no_answer(self):
        pem = (FIREFOX / "revoked.pem").read_bytes() + (FIREFOX / "no-sct-issuer.pem").read_bytes()
        result = crlite("check", "--filter", FIREFOX / FULL, stdin=pem)
        self.assertEqual((result.returncode, result.stdout), (65, b""))
        self.assertIn(b"issued the first certificate", result.stderr)


if __name__ == "__main__":
    unittest.main()
