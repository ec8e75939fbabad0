#!/usr/bin/env python3
"""`crlite query` gives the reference implementation's answer to every query, in both encodings."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from crlite_tool import crlite, filter_options, need_vectors  # noqa: E402

REFERENCE = need_vectors("clubcard-reference")
SETS = [
    "i-none-revoked",
    "ii-all-revoked",
    "ii-tiny",
    "ii-tiny-inverted",
    "iii-many",
    "iv-exceptions",
    "v-chain",
]


class ReferenceQuery(unittest.TestCase):
    def ask(self, name, filters):
        self.assertTrue(filters)
        queries = (REFERENCE / name / "queries.tsv").read_bytes()
        return crlite("query", *filter_options(filters), stdin=queries)

    def test_every_set_in_both_encodings(self):
        for name in SETS:
            expected = (REFERENCE / name / "expected.txt").read_bytes().splitlines()
            self.assertGreater(len(expected), 2000)
            for suffix in ("v3", "v4"):
                with self.subTest(set=name, encoding=suffix):
                    result = self.ask(name, sorted((REFERENCE / name).glob(f"*.{suffix}")))
                    self.assertEqual((result.returncode, result.stderr), (0, b""))
                    self.assertEqual(result.stdout.splitlines(), expected)

    def test_order_of_the_chain_does_not_matter(self):
        filters = sorted((REFERENCE / "v-chain").glob("*.v3"))
        self.assertEqual(len(filters), 4)
        expected = (REFERENCE / "v-chain" / "expected.txt").read_bytes()
        self.assertEqual(self.ask("v-chain", filters[::-1]).stdout, expected)

    def test_the_first_filter_of_the_chain_alone_answers_otherwise(self):
        filters = sorted((REFERENCE / "v-chain").glob("*.v3"))
        expected = (REFERENCE / "v-chain" / "expected.txt").read_bytes()
        self.assertNotEqual(self.ask("v-chain", filters[:1]).stdout, expected)


if __name__ == "__main__":
    unittest.main()
