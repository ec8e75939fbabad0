#!/usr/bin/env python3
"""`crlite build`: what its filters answer, that the same input gives the same bytes, and what it
refuses."""

import json
import os
import pathlib
import random
import tempfile
import unittest

from feed import Feed
from world import LOG, SCT_TIME, crlite, filter_options

ISSUER, OTHER = bytes([1]) * 32, bytes([2]) * 32
REASON_CODES = range(12)
SETS = {"all": set(REASON_CODES), "specified": {1, 2, 3, 4, 5, 6, 8, 9, 10}, "priority": {1, 5, 9}}


def serials(count, seed):
    numbers = random.Random(seed)
    return [bytes([1 + numbers.randrange(127)]) + numbers.randbytes(15) for _ in range(count)]


class Build(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.feed = Feed(self.path / "feed")
        self.output = self.path / "out.filter"

    def build(self, *options, feed=None, output=None):
        result = (feed or self.feed).build(output or self.output, *options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def answers(self, issuer, asked, *filters):
        lines = [f"{issuer.hex()}\t{serial.hex()}\t{LOG.hex()}:{SCT_TIME}\n" for serial in asked]
        result = crlite("query", *filter_options(filters or [self.output]), stdin="".join(lines))
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout.decode().split()

    def expect_answers(self, issuer, known, revoked, *filters):
        wanted = ["Revoked" if serial in revoked else "NotRevoked" for serial in known]
        self.assertEqual(self.answers(issuer, known, *filters), wanted)

    def expect_failure(self, status, mentions, *options, output=None):
        """Fails with a message that has `mentions`, and leaves the old output alone."""
        self.output.write_bytes(b"old")
        files = sorted(self.path.iterdir())
        result = self.feed.build(output or self.output, *options)
        self.assertEqual((result.returncode, result.stdout), (status, b""), result.stderr)
        self.assertRegex(result.stderr.decode(), r"\Acrlite: [^\n]+\n\Z")
        self.assertIn(str(mentions), result.stderr.decode())
        self.assertEqual(sorted(self.path.iterdir()), files)
        self.assertEqual(self.output.read_bytes(), b"old")

    def test_both_formats(self):
        known = serials(2000, 1)
        revoked = set(known[::50])
        self.feed.write(ISSUER, known, [(1, serial) for serial in revoked])
        for format_ in ("v3", "v4"):
            with self.subTest(format=format_):
                self.build("--format", format_)
                self.assertEqual(self.output.read_bytes()[:2], bytes([int(format_[1]), 0]))
                self.expect_answers(ISSUER, known, revoked)

    def test_a_reason_set_keeps_its_reasons(self):
        known = serials(240, 2)
        reason = {serial: i % len(REASON_CODES) for i, serial in enumerate(known[:120])}
        self.feed.write(ISSUER, known, [(code, serial) for serial, code in reason.items()])
        for name, codes in SETS.items():
            with self.subTest(reasons=name):
                self.build("--reasons", name)
                revoked = {serial for serial, code in reason.items() if code in codes}
                self.expect_answers(ISSUER, known, revoked)

    def test_a_delta_adds_what_its_predecessor_did_not_have(self):
        known = serials(1000, 3)
        before, after = set(known[:20]), set(known[:45])
        full, delta = self.path / "full", self.path / "full.delta"
        revset = self.path / "revset"
        self.feed.write(ISSUER, known, [(0, serial) for serial in before])
        self.build("--revset", revset, output=full)
        self.feed.write(ISSUER, known, [(0, serial) for serial in after])
        self.build("--previous", revset, "--revset", self.path / "revset-2", output=delta)
        self.expect_answers(ISSUER, known, before, full)
        self.expect_answers(ISSUER, known, after - before, delta)
        self.expect_answers(ISSUER, known, after, full, delta)
        # The revset that came with the delta is as if it had been a full filter.
        self.build("--revset", self.path / "revset-3")
        self.assertEqual((self.path / "revset-2").read_bytes(),
                         (self.path / "revset-3").read_bytes())

    def test_the_order_of_lines_does_not_matter(self):
        known = serials(3000, 4)
        revoked = [(number % 11, serial) for number, serial in enumerate(known[::7])]
        inputs, outputs = [], []
        for run in range(2):
            feed = Feed(self.path / f"feed-{run}")
            for issuer in (ISSUER, OTHER)[::1 - 2 * run]:
                feed.write(issuer, known, revoked)
                random.Random(run).shuffle(known)
                random.Random(run).shuffle(revoked)
            output, revset = self.path / f"out-{run}", self.path / f"revset-{run}"
            self.build("--revset", revset, feed=feed, output=output)
            outputs.append((output.read_bytes(), revset.read_bytes()))
            inputs.append(feed.known(OTHER).read_bytes())
        self.assertNotEqual(inputs[0], inputs[1])
        self.assertEqual(outputs[0], outputs[1])

    def test_an_issuer_without_revoked_file_is_left_out(self):
        known = serials(50, 5)
        self.feed.write(ISSUER, known, [])
        self.feed.write(OTHER, known, [])
        self.feed.revoked(OTHER).unlink()
        result = self.build()
        self.assertEqual(
            result.stderr.decode(),
            f"crlite: 1 issuers in {self.feed.path}/known have no file in "
            f"{self.feed.path}/revoked and are left out\n")
        self.assertEqual(set(self.answers(ISSUER, known)), {"NotRevoked"})
        self.assertEqual(set(self.answers(OTHER, known)), {"NotEnrolled"})

    def test_an_issuer_without_known_serials_stays_out(self):
        known = serials(50, 6)
        self.feed.write(ISSUER, [], [(1, known[0])])
        self.feed.write(OTHER, known, [(1, known[0])])
        self.assertEqual(self.build().stderr, b"")
        self.assertEqual(set(self.answers(ISSUER, known)), {"NotEnrolled"})
        self.expect_answers(OTHER, known, {known[0]})

    def test_json(self):
        known = serials(100, 7)
        self.feed.write(ISSUER, known, [(1, serial) for serial in known[:4]])
        self.feed.known(OTHER).touch()
        document = json.loads(self.build("--json").stdout)
        size = self.output.stat().st_size
        self.assertEqual(document.pop("bits_per_revocation"), size * 8 / 4)
        self.assertGreaterEqual(document.pop("exceptions"), 0)
        self.assertEqual(document, {"schema": 1, "file": str(self.output), "issuers": 1,
                                    "issuers_left_out": 1, "known": 100, "revoked": 4,
                                    "size": size})

    def test_what_is_no_ct_logs_file(self):
        for text, mentions in (("hello\n", "not JSON"), ("{}", "wanted an array"),
                               ('[{"LogID": "AA=="}]', "log 0: LogID"), ("[]", "no log covers")):
            self.feed.ct_logs.write_text(text)
            self.expect_failure(65, f"{self.feed.ct_logs}: {mentions}")
        self.feed.ct_logs.unlink()
        self.expect_failure(74, f"{self.feed.ct_logs}: cannot open")

    def test_a_bad_line_is_named(self):
        self.feed.write(ISSUER, serials(3, 8), [])
        path = self.feed.known(ISSUER)
        path.write_text("01\n02\n0x03\n04\n")
        self.expect_failure(65, f'{path}:3: "0x03", wanted a serial')
        path.write_text("01\n@zz\n")
        self.expect_failure(65, f'{path}:2: "@zz", wanted @<hex time>')
        path.write_text("01\n")
        path = self.feed.revoked(ISSUER)
        path.write_text("0101\n01zz\n")
        self.expect_failure(65, f'{path}:2: "zz", wanted a serial')
        path.write_text("x101\n")
        self.expect_failure(65, f'{path}:1: "x101", wanted two hexadecimal digits')

    def test_a_bad_file_name_is_named(self):
        for folder in ("known", "revoked"):
            path = self.feed.path / folder / "README"
            path.touch()
            self.expect_failure(65, f"{path}: the file name is not")
            path.unlink()

    def test_a_bad_revset_is_named(self):
        self.feed.write(ISSUER, serials(3, 9), [])
        revset = self.path / "revset"
        revset.write_bytes(bytes(7))
        self.expect_failure(65, f"{revset}: truncated count", "--previous", revset)

    def test_an_output_that_cannot_be_written(self):
        self.feed.write(ISSUER, serials(3, 10), [])
        for output in (pathlib.Path("/none/out"), self.path / "feed"):
            self.expect_failure(74, f"{output}: cannot", output=output)

    def test_inputs_that_are_not_there(self):
        os.rmdir(self.feed.path / "revoked")
        self.expect_failure(74, f"{self.feed.path}/revoked: cannot list")


if __name__ == "__main__":
    unittest.main()
