#!/usr/bin/env python3
"""crlite refusals, with a journalctl that fails, is missing, or has very much to print. What a real
one prints is tested by e2e.journal."""
import os
import pathlib
import resource
import tempfile
import unittest

from world import crlite

ENTRY = ('{"__REALTIME_TIMESTAMP":"1795312975517329","_PID":"12","CRLITE_ACTION":"refused",'
         '"CRLITE_PROGRAM":"curl","CRLITE_SERIAL":"02","CRLITE_RULE":"revoked","MESSAGE":"m"}')
NUM_ENTRIES = 100_000
MAX_MEMORY = 64 << 20


class Refusals(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)

    def refusals(self, script, *arguments, **options):
        """Runs the command with this shell script as journalctl."""
        stub = self.path / "journalctl"
        stub.write_text("#!/bin/sh\n" + script)
        stub.chmod(0o755)
        environment = {**os.environ, "PATH": f"{self.path}:/usr/bin:/bin"}
        return crlite("refusals", *arguments, env=environment, **options)

    def test_asks_for_the_modules_entries_since_the_time(self):
        result = self.refusals('echo "$@" >&2', "--since", "1 hour ago; rm x")
        self.assertEqual(result.returncode, 0)
        self.assertIn(b"--output=json SYSLOG_IDENTIFIER=crlite --since=1 hour ago; rm x\n",
                      result.stderr)
        self.assertIn(b"the module refused nothing since 1 hour ago", result.stdout)

    def test_refuses_a_time_that_is_none_or_looks_like_an_option(self):
        for since in ("--since=", "--since=-1h", "--since=--rotate"):
            result = self.refusals("echo called >&2", since)
            self.assertEqual(result.returncode, 64, since)
            self.assertIn(b"crlite: --since: ", result.stderr)
            self.assertNotIn(b"called", result.stderr)

    def test_says_what_to_do_without_permission(self):
        result = self.refusals("echo 'No journal files were opened\033[1m' >&2; exit 1")
        self.assertEqual(result.returncode, 74)
        self.assertIn(b"crlite: journalctl: No journal files were opened?[1m\n", result.stderr)
        self.assertIn(b"sudo", result.stderr)
        self.assertIn(b"group systemd-journal", result.stderr)
        self.assertEqual(result.stdout, b"")

    def test_says_what_to_do_without_journalctl(self):
        result = crlite("refusals", env={"PATH": str(self.path)})
        self.assertEqual(result.returncode, 74)
        self.assertIn(b"crlite: journalctl: cannot run", result.stderr)
        self.assertIn(b"system's log", result.stderr)

    @unittest.skipIf(any(os.path.isdir(path) and os.listdir(path)
                         for path in ("/run/log/journal", "/var/log/journal")),
                     "this machine has a journal")
    def test_silence_without_a_journal_proves_nothing(self):
        result = self.refusals("exit 0")
        self.assertIn(b"nothing is known", result.stderr)
        self.assertNotIn(b"nothing is known", self.refusals(f"echo '{ENTRY}'").stderr)

    def test_needs_little_memory_for_a_large_journal(self):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        result = self.refusals(f"yes '{ENTRY}' | head -n {NUM_ENTRIES}")
        self.assertEqual(result.returncode, 0)
        self.assertIn(f"\nin all: {NUM_ENTRIES} refused\n".encode(), result.stdout)
        self.assertEqual(result.stdout.count(b"Z curl[12]: refused, "), NUM_ENTRIES)
        after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.assertLess(max(before, after) * 1024, MAX_MEMORY)

    def test_drops_lines_longer_than_any_entry(self):
        result = self.refusals(f"echo '{ENTRY}'; head -c 3000000 /dev/zero | tr '\\0' x; echo; "
                               f"echo '{ENTRY}'")
        self.assertEqual(result.returncode, 0)
        self.assertIn(b"\nin all: 2 refused\n", result.stdout)
        self.assertIn(b"1 line left out", result.stderr)

    def test_names_at_most_a_thousand_programs(self):
        entry = ENTRY.replace("curl", "p$i")
        entry = entry.replace('"', '\\"')
        result = self.refusals(f'i=0; while [ $i -lt 1500 ]; do echo "{entry}"; i=$((i+1)); done')
        self.assertEqual(result.returncode, 0)
        self.assertIn(b"\nin all: 1500 refused\n", result.stdout)
        self.assertIn(b"\n(others): 500 refused\n", result.stdout)


if __name__ == "__main__":
    unittest.main()
