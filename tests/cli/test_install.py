#!/usr/bin/env python3
"""`cmake --install` puts every file where its user looks for it, and what it installs runs.

The C libraries have a test of their own, tests/library/install.sh."""

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
        subprocess.run(["cmake", "--install", str(BUILD), "--prefix", "/usr", "--component", "crlite"],
                       check=True, env={**os.environ, "DESTDIR": str(cls.root)},
                       stdout=subprocess.DEVNULL)

    def test_every_file_is_in_its_place(self):
        modules = cached("CRLITE_MODULES_DIR").lstrip("/")
        share = "usr/share"
        wanted = {f"{modules}/crlite.so", "usr/lib/sysusers.d/crlite.conf",
                  "usr/lib/tmpfiles.d/crlite.conf"}
        for tool in ("crlite", "crlite-mirror", "crlite-sync"):
            wanted |= {f"usr/bin/{tool}", f"{share}/bash-completion/completions/{tool}",
                       f"{share}/zsh/vendor-completions/_{tool}",
                       f"{share}/fish/vendor_completions.d/{tool}.fish"}
        for unit in ("fetch.service", "mirror.service", "mirror.timer", "network.path",
                     "network.timer", "publish.service", "sync.timer"):
            wanted.add(f"usr/lib/systemd/system/crlite-{unit}")
        for page in ("crlite.1", "crlite-snapshot.5", "crlite.yaml.5", "provider-crlite.7",
                     "crlite-mirror.8", "crlite-sync.8"):
            wanted.add(f"{share}/man/man{page[-1]}/{page}")
        for example in ("config.yaml", "crlite.cnf", "kubernetes/mirror.yaml", "web/apache.conf",
                        "web/nginx.conf"):
            wanted.add(f"{share}/doc/crlite/examples/{example}")
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
