#!/usr/bin/env python3
"""What `crlite` says about itself, and to those who call it wrongly."""

import re
import unittest

from world import crlite

HELP = crlite("--help").stdout.decode()
COMMANDS = re.findall(r"^  ([a-z]+) ", HELP.split("Subcommands:")[1], re.M)


class Usage(unittest.TestCase):
    def expect_usage_error(self, arguments, mentions, hint):
        result = crlite(*arguments)
        lines = result.stderr.decode().splitlines()
        self.assertEqual((result.returncode, result.stdout), (64, b""), arguments)
        self.assertTrue(all(line.startswith("crlite: ") for line in lines), lines)
        self.assertIn(mentions, lines[0])
        self.assertTrue(lines[-1].endswith(f"try '{hint} --help'"), lines)

    def test_a_command_is_needed(self):
        self.expect_usage_error([], "subcommand", "crlite")

    def test_unknown_commands_and_options_are_named(self):
        self.expect_usage_error(["chek"], "chek", "crlite")
        self.expect_usage_error(["--colour"], "--colour", "crlite")
        self.expect_usage_error(["check", "--bogus"], "--bogus", "crlite check")
        self.expect_usage_error(["query", "surplus"], "surplus", "crlite query")

    def test_the_innermost_command_is_the_one_to_look_up(self):
        self.expect_usage_error(["exempt"], "subcommand", "crlite exempt")
        self.expect_usage_error(["exempt", "frob"], "'frob'", "crlite exempt")
        self.expect_usage_error(["exempt", "list", "--frob"], "--frob", "crlite exempt list")
        self.expect_usage_error(["exempt", "add", "--reason", "x"], "--until", "crlite exempt add")

    def test_missing_and_conflicting_arguments(self):
        self.expect_usage_error(["filter"], "file", "crlite filter")
        self.expect_usage_error(["query", "--filter"], "--filter", "crlite query")
        self.expect_usage_error(
            ["query", "--filter", "a", "--snapshot", "b"], "excludes", "crlite query")

    def test_a_wrong_time_is_quoted(self):
        for time in ("yesterday", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00"):
            self.expect_usage_error(["check", "--at", time], f"'{time}'", "crlite check")

    def test_every_command_explains_itself(self):
        self.assertLessEqual({"build", "check", "query", "filter"}, set(COMMANDS))
        for command in COMMANDS:
            for option in ("-h", "--help"):
                with self.subTest(command=command, option=option):
                    result = crlite(command, option)
                    self.assertEqual((result.returncode, result.stderr), (0, b""))
                    self.assertIn(b"\nEXIT STATUS\n", result.stdout)
                    self.assertIn(b"\nEXAMPLES\n", result.stdout)

    def test_version(self):
        result = crlite("--version")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertRegex(result.stdout.decode(), r"^crlite \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main()
