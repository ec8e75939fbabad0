#!/usr/bin/env python3
"""`crlite filter`: what a filter file holds."""

import json
import unittest

from world import LOG, SCT_TIME, World, crlite


class Filter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)

    def rows(self, *arguments):
        result = crlite("filter", *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout.decode()

    def test_the_summary_comes_first(self):
        text = self.rows(self.world.revoked)
        summary = dict(line.split(None, 1) for line in text.split("\n\n")[0].splitlines()[:3])
        size = self.world.revoked.stat().st_size
        self.assertEqual(summary, {"file": str(self.world.revoked), "kind": "clubcard v4",
                                   "size": f"{size} bytes"})
        self.assertIn(LOG.hex(), text)

    def test_issuers_are_listed_on_request(self):
        issuer = self.world.issuer.hex()
        self.assertNotIn(issuer, self.rows(self.world.revoked))
        self.assertIn(issuer, self.rows("--issuers", self.world.revoked))

    def test_json_holds_everything(self):
        document = json.loads(self.rows("--json", self.world.revoked))
        self.assertEqual(document["schema"], 1)
        self.assertEqual(document["kind"], "clubcard v4")
        self.assertEqual(document["size"], self.world.revoked.stat().st_size)
        self.assertEqual(document["coverage"],
                         [{"log": LOG.hex(), "low_ms": 0, "high_ms": 2 * SCT_TIME}])
        self.assertEqual(document["issuers"], [{
            "issuer_spki_sha256": self.world.issuer.hex(), "approx_m": 0, "exact_m": 0, "rank": 0,
            "inverted": True, "exceptions": 0}])

    def test_a_stash_is_known_by_its_name(self):
        stash = (1).to_bytes(4, "little") + b"\x20" + self.world.issuer + b"\x02\x12\x34"
        text = self.rows(self.world.write("20201017-1-filter.stash", stash))
        self.assertIn("stash", text.split("\n\n")[0])

    def test_what_is_no_filter(self):
        folder = self.world.path
        for path, status in ((folder / "ca.pem", 65), ("/none", 74), (folder, 74)):
            result = crlite("filter", path)
            self.assertEqual((result.returncode, result.stdout), (status, b""))
            self.assertTrue(result.stderr.startswith(b"crlite: "))


if __name__ == "__main__":
    unittest.main()
