#!/usr/bin/env python3
"""Every key that the code reads is in its manual page, with its default where the shipped example has
one; and the pages describe no key that is not read."""

import pathlib
import re
import tempfile
import unittest

from pages import FOLDER, SOURCE, plain, run

CONFIG_PAGE = (FOLDER / "crlite.yaml.5").read_text()
MODULE_PAGE = (FOLDER / "provider-crlite.7").read_text()


def sections(roff):
    parts = re.split(r"^\.SH (.+)\n", roff, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def described(roff):
    """{key: text of its entry}; keys are tags of one bold word."""
    parts = re.split(r"^\.TP\n\.B ([^\n]+)\n", roff, flags=re.M)
    return {plain(tag): text for tag, text in zip(parts[1::2], parts[2::2])}


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.path = pathlib.Path(folder.name)

    def complaint(self, config, pattern, exemptions=""):
        """What the parser says of these files, by the pattern's group."""
        (self.path / "config.yaml").write_text(config)
        (self.path / "exemptions.yaml").write_text(exemptions)
        result = run("crlite-sync", "publish", "--config", self.path / "config.yaml",
                     "--state", self.path / "state")
        found = re.search(pattern, result.stderr.decode())
        self.assertIsNotNone(found, result.stderr)
        self.assertEqual(result.returncode, 78)
        return found.group(1)

    def allowed(self, config, exemptions=""):
        """The keys that the parser names when it meets "unknown"."""
        pattern = r'unknown key "unknown", allowed are (.+)'
        return self.complaint(config, pattern, exemptions).split(", ")

    def test_config_keys_are_described_and_no_others(self):
        wanted = set(self.allowed("unknown: 1")) | set(self.allowed("policy: {unknown: 1}"))
        for kind in ("remote-settings", "manifest", "directory", "capsule"):
            wanted |= set(self.allowed(f"sources: [{{type: {kind}, unknown: 1}}]"))
            location = self.complaint(f"sources: [{{type: {kind}}}]", r'key "(\w+)" is missing')
            self.assertIn(f" {location} .", described(CONFIG_PAGE)[f"type: {kind}"])
        tags = {tag for tag in described(sections(CONFIG_PAGE)["CONFIG.YAML"])
                if not tag.startswith("type: ")}
        self.assertEqual(tags | {"type", "url", "path"}, wanted)

    def test_exemption_keys_are_described_and_no_others(self):
        wanted = set(self.allowed("{}", "exemptions: [{unknown: 1}]"))
        wanted |= set(self.allowed("{}", "unknown: 1"))
        tags = set(described(sections(CONFIG_PAGE)["EXEMPTIONS.YAML"]))
        self.assertEqual(tags, wanted)

    def test_module_keys_are_described_and_no_others(self):
        code = (SOURCE / "provider/settings.cc").read_text()
        read = set(re.findall(r'Request\("(\w+)"', code))
        self.assertGreaterEqual(len(read), 4)
        tags = set(described(sections(MODULE_PAGE)["CONFIGURATION"]))
        self.assertEqual(tags, read | {"activate", "module"})  # these two are OpenSSL's

    def test_every_key_has_values_a_default_and_an_example(self):
        for key, text in described(sections(MODULE_PAGE)["CONFIGURATION"]).items():
            with self.subTest(key=key):
                self.assertRegex(text, r"Default:")
                self.assertRegex(text, r"Example:")
        parts = sections(CONFIG_PAGE)
        for title in ("CONFIG.YAML", "EXEMPTIONS.YAML"):
            for key, text in described(parts[title]).items():
                if key.startswith("type: "):
                    continue  # a value of a key
                with self.subTest(key=key):
                    self.assertRegex(text, r"Default:|Required")
                    self.assertRegex(text, r"Example:")

    def test_defaults_of_the_shipped_files_are_those_of_the_pages(self):
        config = (SOURCE / "conf/config.yaml").read_text()
        shipped = dict(re.findall(r"^#  ([a-z-]+): +([a-z0-9]+)(?: |$)", config, re.M))
        shipped |= dict(re.findall(r"^#(state-dir): (.+)$", config, re.M))
        self.assertEqual(len(shipped), 7)  # with six of the policy
        keys = described(CONFIG_PAGE)
        for key, default in shipped.items():
            with self.subTest(key=key):
                self.assertIn(f"Default:\n.B {default}\n", plain(keys[key]))
        cnf = (SOURCE / "conf/crlite.cnf").read_text()
        keys = described(MODULE_PAGE)
        for key, default in re.findall(r"^# (snapshot|mode|reload|journal) += (\S+)", cnf, re.M):
            with self.subTest(key=key):
                self.assertIn(default, plain(keys[key].split("Default:")[1]))


if __name__ == "__main__":
    unittest.main()
