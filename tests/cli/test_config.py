#!/usr/bin/env python3
"""`crlite config check`: what is in force, or every line that is wrong."""

import json
import unittest

from world import World, crlite

WORLD = None


def setUpModule():
    global WORLD
    WORLD = World()


def tearDownModule():
    WORLD.close()


class ConfigCheck(unittest.TestCase):
    def setUp(self):
        self.folder = WORLD.path / self.id().rsplit(".", 1)[1]
        self.folder.mkdir()
        self.config = self.folder / "config.yaml"
        self.exemptions = self.folder / "exemptions.yaml"

    def check(self, *arguments, status=0):
        result = crlite("config", "check", "--config", self.config, *arguments)
        self.assertEqual(result.returncode, status, result.stderr.decode())
        return result.stdout.decode(), result.stderr.decode()

    def test_shows_what_holds(self):
        self.config.write_text(
            "state-dir: /srv/crlite\nmetrics-file: /run/crlite.prom\nsources:\n"
            "  - {type: manifest, url: 'https://crlite.example.org/'}\n"
            "  - {type: directory, path: /srv/filters, require-signature: false}\n"
            "policy: {mode: shadow, stale: report}\n")
        self.exemptions.write_text(
            "exemptions:\n"
            f"  - {{leaf-spki: '{'ab' * 32}', reason: old one, added: 2026-01-01T00:00:00Z, "
            "until: 2026-01-02T00:00:00Z}\n")
        out, err = self.check()
        self.assertEqual(err, "")
        for line in (f"configuration: {self.config}", "state-dir: /srv/crlite",
                     "metrics-file: /run/crlite.prom",
                     "source: manifest https://crlite.example.org/, channel default, signature "
                     "required",
                     "source: directory /srv/filters, channel default, may be unsigned",
                     "policy: mode shadow; never-provisioned allow; stale report (after 10 days); "
                     "damaged report",
                     f"exemptions: 0 in force, 1 ended, in {self.exemptions}"):
            self.assertIn(line + "\n", out)
        self.assertIn(f"every certificate of the key {'ab' * 32} (old one)", out)

    def test_json(self):
        self.config.write_text("policy: {mode: shadow}\n")
        document = json.loads(self.check("--json")[0])
        self.assertEqual((document["schema"], document["errors"]), (1, []))
        self.assertEqual(document["config"]["policy"]["mode"], "shadow")
        self.assertEqual(document["config"]["sources"][0]["type"], "remote-settings")
        self.assertEqual(document["exemptions_in_force"], 0)

    def test_names_the_line_and_what_is_allowed_in_both_files(self):
        self.config.write_text("policy:\n  mode: enforced\n")
        self.exemptions.write_text("exemptions:\n  - {issuer-spki: ab}\n")
        out, err = self.check(status=78)
        self.assertEqual(out, "")
        self.assertIn(f"crlite: {self.config}: line 2: mode: found enforced, wanted one of enforce, "
                      "shadow, off\n", err)
        self.assertIn(f"crlite: {self.exemptions}: line 2: exemption: issuer-spki without serial",
                      err)
        document = json.loads(self.check("--json", status=78)[0])
        self.assertEqual(len(document["errors"]), 2)

    def test_is_as_strict_about_urls_as_crlite_sync(self):
        self.config.write_text("sources:\n  - type: manifest\n    url: http://example.org/\n"
                               "    require-signature: false\n")
        _, err = self.check(status=78)
        self.assertIn(f"{self.config}: line 3: url", err)

    def test_a_file_that_others_may_write_is_an_error(self):
        self.config.write_text("{}\n")
        self.exemptions.write_text("")
        self.exemptions.chmod(0o666)
        _, err = self.check(status=78)
        self.assertIn(f"chmod go-w {self.exemptions}", err)

    def test_a_file_that_was_named_must_exist(self):
        _, err = self.check(status=78)
        self.assertIn(f"{self.config}: ", err)


if __name__ == "__main__":
    unittest.main()
