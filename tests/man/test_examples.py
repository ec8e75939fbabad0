#!/usr/bin/env python3
"""Every example of the manual pages is run as it stands, on a machine of its own (machine.py). A
block that is not run says why, in a comment in front of it. The library's pages are left to
test_programs.py."""

import collections
import os
import re
import shutil
import subprocess
import sys
import unittest

from machine import Machine
from pages import example_blocks, shell_pages

SKIPPED = 77
# Why a block is not run, and how many are not.
REASONS = {"a file": 4, "changes services": 1, "needs the network": 1}
# These answer, or tell the degree of health, with exit statuses up to 3.
ANSWERS = r"crlite (check|explain|status|doctor)\b"
# Programs that the pages use and a small machine may not have.
OTHERS = ("curl", "journalctl", "jq", "runuser")


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.machine = Machine()

    def test_blocks_that_are_not_run_are_few_and_say_why(self):
        reasons = collections.Counter(reason for page in shell_pages()
                                      for _, reason in example_blocks(page.read_text()) if reason)
        self.assertEqual(reasons, REASONS)

    def test_every_block_is_seen(self):
        for page in shell_pages():
            roff = page.read_text()
            self.assertEqual(roff.count("\n.EX\n"), len(example_blocks(roff)), page.name)
            self.assertNotIn("\n.nf\n", roff, page.name)

    def test_every_other_block_works(self):
        for page in shell_pages():
            for text, reason in example_blocks(page.read_text()):
                if not reason:
                    with self.subTest(page=page.name, example=text):
                        self.try_block(text)

    def try_block(self, text):
        needs = "journalctl" if "crlite refusals" in text else ""
        for program in OTHERS:
            if re.search(rf"\b{program}\b", text + needs) and not shutil.which(program):
                self.skipTest(f"no {program} here")
        result = self.machine.run_example(text)
        output = (result.stdout + result.stderr).decode()
        self.assertLessEqual(result.returncode, 3 if re.search(ANSWERS, text) else 0, output)


def enter():
    """Runs this script again in namespaces of its own."""
    inside = ["unshare", "--mount", "--net", "--propagation", "private"]
    if os.geteuid() != 0 or subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
        print("skipped: no private mount and network namespaces here (needs root)")
        sys.exit(SKIPPED)
    os.execvp("unshare", [*inside, sys.executable, *sys.argv, "--inside"])


if __name__ == "__main__":
    if "--inside" not in sys.argv:
        enter()
    sys.argv.remove("--inside")
    unittest.main()
