#!/usr/bin/env python3
"""`cmake --install` puts every file where its user looks for it, and what it installs runs."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from world import BUILD


def cached(name):
    """A setting of the build directory."""
    text = (BUILD / "CMakeCache.txt").read_text()
    return re.search(rf"^{name}:\w+=(.*)$", text, re.M).group(1)


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name)
        subprocess.run(["cmake", "--install", str(BUILD), "--prefix", "/usr"], check=True,
                       env={**os.environ, "DESTDIR": str(cls.root)}, stdout=subprocess.DEVNULL)

    def test_every_file_is_in_its_place(self):
        modules = cached("CRLITE_MODULES_DIR").lstrip("/")
        share = "usr/share"
        wanted = {"usr/bin/crlite", "usr/bin/crlite-sync", f"{modules}/crlite.so",
                  f"{share}/man/man1/crlite.1", f"{share}/man/man5/crlite.yaml.5",
                  f"{share}/man/man7/provider-crlite.7", f"{share}/man/man8/crlite-sync.8",
                  f"{share}/doc/crlite/examples/config.yaml",
                  f"{share}/doc/crlite/examples/crlite.cnf"}
        installed = {str(path.relative_to(self.root)) for path in self.root.rglob("*")
                     if not path.is_dir()}
        self.assertEqual(installed, wanted)

    def test_the_modules_directory_is_openssls(self):
        result = subprocess.run(["openssl", "version", "-m"], capture_output=True, check=True)
        self.assertEqual(result.stdout.decode().strip(),
                         f'MODULESDIR: "{cached("CRLITE_MODULES_DIR")}"')

    def test_the_tools_run(self):
        for tool in ("crlite", "crlite-sync"):
            result = subprocess.run([self.root / "usr/bin" / tool, "--version"],
                                    capture_output=True, check=True)
            self.assertRegex(result.stdout.decode(), rf"\A{tool} \d+\.\d+\.\d+\n\Z")
            self.assertEqual(result.stderr, b"")


if __name__ == "__main__":
    unittest.main()
