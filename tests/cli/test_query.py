#!/usr/bin/env python3
"""`crlite query`: one outcome a line, whatever the lines are."""

import json
import subprocess
import unittest

from world import BUILD, LOG, OTHER_LOG, SCT_TIME, World, crlite

SERIAL = "00da4f392bfd8bcea8"


class Query(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.issuer = cls.world.issuer.hex()
        cls.sct = f"{LOG.hex()}:{SCT_TIME}"
        cls.line = f"{cls.issuer}\t{SERIAL}\t{cls.sct}"

    def ask(self, text, *arguments):
        return crlite("query", "--filter", self.world.revoked, *arguments, stdin=text)

    def expect(self, outcomes, text):
        result = self.ask(text)
        self.assertEqual(result.stdout.decode().splitlines(), outcomes, result.stderr)
        self.assertEqual((result.returncode, result.stderr), (0, b""))

    def expect_error(self, line, mentions):
        result = self.ask(f"{self.line}\n{line}\n{self.line}\n")
        self.assertEqual(result.stdout.decode().splitlines(), ["Revoked", "Error", "Revoked"], line)
        self.assertEqual(result.returncode, 65)
        self.assertRegex(result.stderr.decode(), rf"^crlite: line 2: .*{mentions}")
        self.assertIn("1 of 3 lines", result.stderr.decode())

    def test_answers_stand_in_the_order_of_the_lines(self):
        elsewhere = f"{'00' * 32}\t{SERIAL}\t{self.sct}"
        uncovered = f"{self.issuer}\t{SERIAL}\t{OTHER_LOG.hex()}:{SCT_TIME}"
        self.expect(["Revoked", "NotEnrolled", "NotCovered", "Revoked"],
                    "\n".join([self.line, elsewhere, uncovered, self.line, ""]))

    def test_no_sct_is_not_covered(self):
        self.expect(["NotCovered"] * 2, f"{self.issuer}\t{SERIAL}\t\n{self.issuer}\t{SERIAL}\t-\n")

    def test_several_scts(self):
        other = f"{OTHER_LOG.hex()}:18446744073709551615"
        start = f"{self.issuer}\t{SERIAL}\t"
        text = f"{start}{other},{self.sct}\n{start}{other}\n"
        self.expect(["Revoked", "NotCovered"], text)

    def test_forms_that_are_accepted(self):
        self.expect([], "")
        self.expect(["Revoked"], self.line)  # no newline at the end
        self.expect(["Revoked"] * 2, f"{self.line}\r\n{self.line.upper()}\r\n")
        self.expect(["Revoked"], f"{self.issuer}\t\t{self.sct}\n")  # no serial octets

    def test_scts_beyond_the_64th_are_ignored(self):
        other = f"{OTHER_LOG.hex()}:1"
        for count, outcome in ((63, "Revoked"), (64, "NotCovered")):
            scts = ",".join([other] * count + [self.sct])
            self.expect([outcome], f"{self.issuer}\t{SERIAL}\t{scts}\n")

    def test_forms_that_are_malformed(self):
        issuer, serial = self.issuer, SERIAL
        self.expect_error("", "1 fields")
        self.expect_error(f"{issuer}\t{serial}", "2 fields")
        self.expect_error(f"{self.line}\tx", "4 fields")
        self.expect_error(f"{issuer} {serial} {self.sct}", "1 fields")
        self.expect_error(f"{issuer[:-1]}\t{serial}\t-", "issuer")
        self.expect_error(f"{issuer}0\t{serial}\t-", "issuer")
        self.expect_error(f"\t{serial}\t-", "issuer")
        self.expect_error(f"{issuer}\t123\t-", "serial")
        self.expect_error(f"{issuer}\t0x12\t-", "serial")
        self.expect_error(f"{issuer}\t\x00\x00\t-", "serial")
        for sct in ("--", ",", f"{self.sct},", f",{self.sct}", f"{self.sct};{self.sct}", LOG.hex(),
                    f"{LOG.hex()}:", f"{LOG.hex()}:-1", f"{LOG.hex()}:+1", f"{LOG.hex()}: 1",
                    f"{LOG.hex()}:1.5", f"{LOG.hex()}:18446744073709551616", f"{LOG.hex()[2:]}:1",
                    f":{SCT_TIME}", f"{LOG.hex()}:0x10"):
            self.expect_error(f"{issuer}\t{serial}\t{sct}", "SCT")

    def test_a_malformed_sct_behind_the_64th_counts_too(self):
        self.expect_error(f"{self.issuer}\t{SERIAL}\t{','.join([self.sct] * 64 + ['x'])}", "SCT")

    def test_endless_lines_are_malformed(self):
        self.expect_error("a" * (3 << 20), "more than")

    def test_text_from_outside_is_shown_tamed(self):
        result = self.ask(f"\x1b[31m\t{SERIAL}\t-\n")
        self.assertNotIn(b"\x1b", result.stderr)

    def test_few_messages_and_a_count(self):
        result = self.ask("x\n" * 1000)
        self.assertEqual(result.stdout, b"Error\n" * 1000)
        self.assertEqual(len(result.stderr.splitlines()), 6)
        self.assertIn(b"1000 of 1000 lines are malformed", result.stderr)

    def test_an_answer_does_not_wait_for_the_next_line(self):
        command = [BUILD / "bin" / "crlite", "query", "--filter", self.world.revoked]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            for _ in range(3):
                process.stdin.write(self.line.encode() + b"\n")
                process.stdin.flush()
                self.assertEqual(process.stdout.readline(), b"Revoked\n")
            process.stdin.close()
            self.assertEqual(process.wait(10), 0)

    def test_json_is_one_document_a_line(self):
        result = self.ask(f"{self.line}\nx\n", "--json")
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(result.returncode, 65)
        self.assertEqual([answer["schema"] for answer in answers], [1, 1])
        self.assertEqual([answer["outcome"] for answer in answers], ["Revoked", "Error"])
        self.assertEqual(answers[0]["filter"], str(self.world.revoked))

    def test_files_that_cannot_be_read(self):
        for arguments, status in ((["--filter", "/none"], 74), (["--snapshot", "/none"], 74),
                                  (["--filter", self.world.path / "ca.pem"], 65)):
            result = crlite("query", *arguments, stdin=self.line)
            self.assertEqual((result.returncode, result.stdout), (status, b""))


if __name__ == "__main__":
    unittest.main()
