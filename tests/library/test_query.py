#!/usr/bin/env python3
"""A C program with the installed header and library alone answers as `crlite query` does: for every
set of the test vectors that has queries, and for random queries about filters of our own builder.

What is installed is that of tests/library/install.sh."""

import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from feed import Feed  # noqa: E402
from world import BUILD, LOG, OTHER_LOG, SCT_TIME, crlite, run  # noqa: E402
from crlite_tool import VECTORS  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PREFIX = BUILD / "tests" / "prefix"
ENVIRONMENT = {**os.environ, "PKG_CONFIG_PATH": str(PREFIX / "lib" / "pkgconfig"),
               "LD_LIBRARY_PATH": str(PREFIX / "lib")}
CLUBCARDS = VECTORS / "clubcard-reference"
FULL_SCALE = VECTORS / "full-scale"


def compile_program(folder):
    """The program, compiled as a stranger would: C99, every warning an error, pkg-config."""
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "crlite"], env=ENVIRONMENT,
                           capture_output=True, check=True, text=True).stdout.split()
    program = pathlib.Path(folder, "library_query")
    strict = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([os.environ.get("CC", "cc"), *strict, HERE / "query.c", "-o", program, *flags],
                   check=True)
    linked = subprocess.run(["ldd", str(program)], env=ENVIRONMENT, capture_output=True, text=True)
    if str(PREFIX) not in linked.stdout:
        raise AssertionError(f"not the installed library: {linked.stdout}")
    return program


def random_queries(issuers, serials, rng, count):
    """Lines about issuers, serials, logs and times, of which some are known and some are not."""
    def sct():
        log = rng.choice([LOG, LOG, OTHER_LOG, rng.randbytes(32)])
        time_ms = rng.choice([SCT_TIME, 0, 2 * SCT_TIME, rng.getrandbits(rng.choice([8, 41, 64]))])
        return f"{log.hex()}:{time_ms}"

    for _ in range(count):
        issuer = rng.choice([*issuers, rng.randbytes(32)])
        serial = rng.choice([rng.choice(serials), rng.randbytes(rng.choice([1, 16, 20, 255]))])
        scts = ",".join(sct() for _ in range(rng.choice([0, 1, 1, 2, 3, 70])))
        yield f"{issuer.hex()}\t{serial.hex()}\t{scts or '-'}\n"


class LibraryQuery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("pkg-config") is None:
            print("skipped: no pkg-config")
            sys.exit(77)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.work = pathlib.Path(folder.name)
        cls.program = compile_program(folder.name)

    def publish(self, source):
        """The snapshot of what a folder offers."""
        state = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        done = run("crlite-sync", "--state", state, "--source", f"dir:{source}")
        self.assertEqual(done.returncode, 0, done.stderr)
        return state / "snapshot"

    def publish_filters(self, filters):
        """The snapshot of these files, the full filter first. Their order is told by their names."""
        offer = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        for number, path in enumerate(filters):
            name = f"{number}.filter.delta" if number > 0 else "0.filter"
            shutil.copy(path, offer / name)
        return self.publish(offer)

    def ask_library(self, snapshot, queries):
        result = subprocess.run([str(self.program), str(snapshot)], input=queries,
                                env=ENVIRONMENT, capture_output=True, timeout=120)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout

    def expect_the_same(self, snapshot, queries):
        """The library's answers, which are the tool's."""
        by_library = self.ask_library(snapshot, queries).splitlines()
        by_tool = crlite("query", "--snapshot", snapshot, stdin=queries).stdout.splitlines()
        asked = queries.splitlines()
        self.assertEqual((len(by_library), len(by_tool)), (len(asked), len(asked)))
        for line, answer, wanted in zip(asked, by_library, by_tool):
            self.assertEqual(answer, wanted, line)
        return by_library

    def test_every_set_of_clubcards(self):
        if not CLUBCARDS.exists():
            self.skipTest(f"no test vectors at {CLUBCARDS}")
        folders = [path.parent for path in sorted(CLUBCARDS.glob("*/queries.tsv"))]
        self.assertGreater(len(folders), 7)
        for folder in folders:
            for suffix in ("v3", "v4"):
                with self.subTest(set=folder.name, encoding=suffix):
                    # Of the malformed files one alone is a filter.
                    name = "ok" if folder.name == "vi-malformed" else "*"
                    filters = sorted(folder.glob(f"{name}.{suffix}"))
                    queries = (folder / "queries.tsv").read_bytes()
                    answers = self.expect_the_same(self.publish_filters(filters), queries)
                    self.assertLess(answers.count(b"Error"), len(answers) / 20)

    def test_the_set_of_real_size(self):
        if not FULL_SCALE.exists():
            self.skipTest(f"no test vectors at {FULL_SCALE}")
        queries = (FULL_SCALE / "queries.tsv").read_bytes()
        answers = self.expect_the_same(self.publish(FULL_SCALE / "revocation"), queries)
        self.assertEqual(len(answers), 20000)
        self.assertEqual(answers, (FULL_SCALE / "expected.txt").read_bytes().splitlines())

    def test_random_queries_about_filters_of_the_builder(self):
        rng = random.Random(6)
        issuers = [rng.randbytes(32) for _ in range(5)]
        serials = [bytes([1 + rng.randrange(127)]) + rng.randbytes(15) for _ in range(400)]
        feed = Feed(self.work / "feed")
        filters = []
        for part in (100, 120):  # of them are revoked: in a full filter, then in its delta
            for number, issuer in enumerate(issuers):
                revoked = serials[:part * number // len(issuers)]
                feed.write(issuer, serials, [(1, serial) for serial in revoked])
            filters.append(self.work / f"{part}.filter")
            revset = self.work / "revset"
            previous = ["--previous", revset] if revset.exists() else []
            done = feed.build(filters[-1], *previous, "--revset", revset)
            self.assertEqual(done.returncode, 0, done.stderr)
        queries = "".join(random_queries(issuers, serials, rng, 5000)).encode()
        answers = self.expect_the_same(self.publish_filters(filters), queries)
        self.assertEqual(set(answers), {b"Revoked", b"NotRevoked", b"NotEnrolled", b"NotCovered"})

    def test_without_a_snapshot_there_is_no_data(self):
        line = f"{'11' * 32}\t01\t{LOG.hex()}:1\n".encode()
        self.assertEqual(self.ask_library(self.work / "absent", line), b"NoData\n")


if __name__ == "__main__":
    unittest.main()
