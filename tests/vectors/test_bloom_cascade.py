#!/usr/bin/env python3
"""`crlite query` on a Bloom cascade of version 1, whose keys are issuer SPKI hash and serial."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from crlite_tool import crlite, need_vectors  # noqa: E402

MLBF = need_vectors("mlbf")
KEYS = {
    "2eb2d5a860fe50e9c242368552980150e45db5321a5b005e26d676253a409bf5"
    "062df568a051310820d7ec4327e1bafd": "Revoked",
    "f11c3dd048f74edb7c45192b83e5980d2f67ec84b4ddb9396e33ff5173ed698f"
    "00d2e8f6aa80481cd4": "Revoked",
    "99fc9d40f1adb1636561a61d683d9ea6b460c57d0c75ea00c341b9dfb90b5f39"
    "0b7775f7af9ae54265c9cd325710778e": "NotRevoked",
}


class BloomCascade(unittest.TestCase):
    def test_keys_of_version_1(self):
        queries = "".join(f"{key[:64]}\t{key[64:]}\t-\n" for key in KEYS)
        result = crlite("query", "--filter", MLBF / "test_v1_murmur_mlbf", stdin=queries)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertEqual(result.stdout.decode().splitlines(), list(KEYS.values()))

    def test_a_file_cut_short_is_refused(self):
        result = crlite("query", "--filter", MLBF / "test_v1_murmur_short_mlbf")
        self.assertEqual((result.returncode, result.stdout), (65, b""))
        self.assertIn(b"offset", result.stderr)

    def test_every_version_2_file_is_described(self):
        files = sorted(MLBF.glob("test_v2_*"))
        self.assertEqual(len(files), 6)
        for file in files:
            with self.subTest(file=file.name):
                result = crlite("filter", file)
                self.assertEqual(result.returncode, 0)
                self.assertIn(b"Bloom cascade v2", result.stdout)


if __name__ == "__main__":
    unittest.main()
