#!/usr/bin/env python3
"""The progress bar of both tools: on a terminal, gone before the last message; nowhere else."""

import os
import pathlib
import pty
import re
import subprocess
import tempfile
import unittest

from feed import Feed
from world import BUILD, clubcard_v4

ISSUER = bytes([1]) * 32
CLEAR_LINE = "\r\x1b[K"
BAR = r"\[#* *\] +\d+% of "


def run_on_terminal(command):
    """Runs it with stdout and stderr on one terminal; returns (exit status, what it drew)."""
    try:
        main, terminal = pty.openpty()
    except OSError as error:
        raise unittest.SkipTest(f"no pseudo-terminal to be had: {error}")
    with subprocess.Popen(list(map(str, command)), stdout=terminal, stderr=terminal,
                          stdin=subprocess.DEVNULL) as process:
        os.close(terminal)
        drawn = b""
        try:
            while chunk := os.read(main, 65536):
                drawn += chunk
        except OSError:  # EIO: the other side is closed
            pass
        os.close(main)
        return process.wait(60), drawn.decode().replace("\r\n", "\n")


def what_stays(drawn):
    """The lines that are left when everything is drawn."""
    lines = [line.split(CLEAR_LINE)[-1] for line in drawn.split("\n")]
    return lines if lines[-1] else lines[:-1]


class Progress(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)

    def expect_a_bar_on_a_terminal_only(self, command, name, last_message):
        status, drawn = run_on_terminal(command)
        self.assertEqual(status, 0, drawn)
        bars = [part for part in re.split(r"\r\x1b\[K|\n", drawn) if re.search(BAR, part)]
        self.assertRegex(bars[0], rf"^{name} +{BAR}")
        self.assertLess(max(map(len, bars)), 80)
        lines = what_stays(drawn)
        self.assertNotRegex("\n".join(lines), BAR)
        self.assertRegex(lines[-1], last_message)
        piped = subprocess.run(list(map(str, command)), capture_output=True, check=True)
        self.assertRegex(piped.stdout.decode().splitlines()[-1], last_message)
        self.assertNotRegex(piped.stdout + piped.stderr, rb"[\r\x1b]|% of ")

    def test_build(self):
        feed = Feed(self.path / "feed")
        feed.write(ISSUER, [b"\x01\x02", b"\x03\x04"], [(1, b"\x01\x02")])
        self.expect_a_bar_on_a_terminal_only(
            [BUILD / "bin/crlite", "build", "--known", feed.path / "known", "--revoked",
             feed.path / "revoked", "--ct-logs", feed.ct_logs, "-o", self.path / "out"],
            "counting", rf"^{self.path}/out: 1 issuers, ")

    def test_sync(self):
        (self.path / "offer").mkdir()
        (self.path / "offer/one.filter").write_bytes(clubcard_v4(ISSUER, 0))
        self.expect_a_bar_on_a_terminal_only(
            [BUILD / "bin/crlite-sync", "--force", "--state", self.path / "state",
             "--source", f"dir:{self.path}/offer"],
            "fetching", r"^publish: generation \d+: 1 filter")


if __name__ == "__main__":
    unittest.main()
