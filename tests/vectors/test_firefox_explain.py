#!/usr/bin/env python3
"""`crlite explain` on real certificates: the outcome of `crlite check`, and of each filter what
Firefox says of it alone."""

import json
import pathlib
import shutil
import tempfile
import unittest

from test_firefox_check import DELTA_1, DELTA_2, FIREFOX, FULL, TABLE, chain_of
from crlite_tool import crlite, run


class FirefoxExplain(unittest.TestCase):
    def test_every_filter_by_itself_and_all_together(self):
        with tempfile.TemporaryDirectory() as folder:
            offer, state = pathlib.Path(folder, "offer"), pathlib.Path(folder, "state")
            offer.mkdir()
            for name in (FULL, DELTA_1, DELTA_2):
                shutil.copy(FIREFOX / name, offer / name)
            done = run("crlite-sync", "--state", state, "--source", f"dir:{offer}")
            self.assertEqual(done.returncode, 0, done.stderr)
            for certificate, row in TABLE.items():
                at = ["--at", "2020-10-20T00:00:00Z"]
                result = crlite("explain", "--json", "--state", state, *at,
                                stdin=chain_of(certificate))
                document = json.loads(result.stdout)
                with self.subTest(certificate=certificate):
                    self.assertEqual(document["outcome"], row[-1])
                    self.assertEqual(document["findings"], [])
                    found = {f["name"]: f for f in document["filters"]}
                    for name, wanted in zip((FULL, DELTA_1, DELTA_2), row):
                        self.assertEqual(found[name]["outcome"], wanted)
                        self.assertEqual(found[name]["file_outcome"], wanted)
                    snapshot = ["--snapshot", state / "snapshot"]
                    check = crlite("check", "--json", *snapshot, *at, stdin=chain_of(certificate))
                    self.assertEqual(check.returncode, result.returncode)
                    self.assertEqual(json.loads(check.stdout)["outcome"], document["outcome"])
                    self.assertEqual(json.loads(check.stdout)["reason"], document["reason"])


if __name__ == "__main__":
    unittest.main()
