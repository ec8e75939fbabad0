#!/usr/bin/env python3
"""Damaged filter files: refused with exit 65 and an offset, or answered as the reference does;
never a crash, a hang or a large allocation."""

import pathlib
import re
import resource
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from crlite_tool import crlite, need_vectors  # noqa: E402

MALFORMED = need_vectors("clubcard-reference/vi-malformed")
OUTCOMES = {"R": "Revoked", "G": "NotRevoked", "C": "NotCovered", "E": "NotEnrolled"}
# The reference reads these; docs/formats.md, "Parser rules", has them refused.
STRICTER = {
    "trailing1.v3",
    "inverted2.v4",
    "inverted255.v4",
    "approx-m-max.v3",
    "approx-offset-max.v3",
    "index-unsorted.v4",
    "index-duplicate.v4",
    "index-duplicate.v3",
    "coverage-duplicate-first-log.v4",
    "exc-self.v4",
}
PART = (r"(file|coverage|index|index entry \d+|columns|column \d+|exact column|header|"
        r"layer \d+)")
ADDRESS_SPACE = 256 << 20  # bytes; the largest file has 1,469


def ask(name):
    limits = [(resource.RLIMIT_AS, ADDRESS_SPACE), (resource.RLIMIT_CPU, 10)]
    return crlite(
        "query",
        "--filter",
        MALFORMED / name,
        stdin=(MALFORMED / "queries.tsv").read_bytes(),
        timeout=20,
        preexec_fn=lambda: [resource.setrlimit(which, (n, n)) for which, n in limits],
    )


class Malformed(unittest.TestCase):
    def test_every_file(self):
        lines = (MALFORMED / "expected.tsv").read_text().splitlines()
        answered = set()
        self.assertGreater(len(lines), 40)
        for line in lines:
            name, fate, _, answers = line.split("\t")
            with self.subTest(file=name):
                result = ask(name)
                if fate == "accepted" and name not in STRICTER:
                    self.expect_answers(result, answers)
                    answered.add(name)
                else:
                    self.expect_refusal(result, name)
        self.assertIn("ok.v3", answered)
        self.assertIn("ok.v4", answered)

    def expect_answers(self, result, answers):
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        expected = [OUTCOMES[letter] for letter in answers.split(",")]
        self.assertEqual(result.stdout.decode().splitlines(), expected)

    def expect_refusal(self, result, name):
        self.assertEqual((result.returncode, result.stdout), (65, b""))
        self.assertRegex(result.stderr.decode(), rf"\Acrlite: {re.escape(str(MALFORMED / name))}: "
                         rf"{PART}: [a-z0-9][a-z0-9_ ]* at offset \d+, [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
