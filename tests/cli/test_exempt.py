#!/usr/bin/env python3
"""`crlite exempt`: what it writes, what it refuses, and what it puts in force."""

import concurrent.futures
import datetime
import fcntl
import json
import os
import re
import shutil
import struct
import unittest

from world import BUILD, World, crlite, run

WORLD = None


def setUpModule():
    global WORLD
    WORLD = World()


def tearDownModule():
    WORLD.close()


def day(offset):
    """The date in so many days, UTC."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(days=offset)).strftime("%Y-%m-%d")


def generation(snapshot):
    return struct.unpack_from("<Q", snapshot.read_bytes(), 24)[0]


class Exempt(unittest.TestCase):
    def setUp(self):
        name = self.id().rsplit(".", 1)[1]
        self.folder = WORLD.path / f"{name}.d"
        self.folder.mkdir()
        self.config = self.folder / "config.yaml"
        self.config.write_text("{}\n")
        self.file = self.folder / "exemptions.yaml"
        self.state = WORLD.publish(name, WORLD.revoked)
        self.chain = self.folder / "chain.pem"
        self.chain.write_bytes(WORLD.leaf + WORLD.ca)

    def exempt(self, verb, *arguments, status=0, **options):
        result = crlite("exempt", verb, "--config", self.config, "--state", self.state,
                        *arguments, **options)
        self.assertEqual(result.returncode, status, result.stderr.decode())
        return result.stdout.decode(), result.stderr.decode()

    def add(self, *arguments, reason="ticket 17", until=None, **options):
        return self.exempt("add", "--reason", reason, "--until", until or day(7), *arguments,
                           **options)

    def add_serial(self, serial, **options):
        return self.add("--issuer-spki", WORLD.issuer.hex(), "--serial", serial, **options)

    def listed(self):
        out, _ = self.exempt("list", "--json")
        document = json.loads(out)
        self.assertEqual(document["schema"], 1)
        return document

    def test_json_tells_what_was_done(self):
        out, _ = self.add("--cert", self.chain, "--json")
        added = json.loads(out)
        self.assertEqual([added[name] for name in ("schema", "action", "published")],
                         [1, "added", True])
        self.assertEqual(self.listed()["exemptions"][0]["id"], added["id"])
        out, _ = self.add("--cert", self.chain, "--json", "--no-publish")
        self.assertEqual([json.loads(out)[name] for name in ("action", "published")],
                         ["replaced", False])
        out, _ = self.exempt("remove", added["id"], "--json")
        self.assertEqual(json.loads(out)["action"], "removed")
        self.assertEqual(self.listed()["exemptions"], [])

    def test_a_link_stays_a_link(self):
        kept = self.folder / "kept.yaml"
        kept.write_text("exemptions: []\n")
        self.file.symlink_to(kept)
        self.add("--cert", self.chain)
        self.assertTrue(self.file.is_symlink())
        self.assertIn("ticket 17", kept.read_text())

    def test_a_certificate_is_in_force_at_once(self):
        before = generation(self.state / "snapshot")
        out, _ = self.add("--cert", self.chain)
        self.assertRegex(out, r"^[0-9a-f]{16}: exempt until .*: serial 00da4f392bfd8bcea8 of issuer "
                         + WORLD.issuer.hex())
        self.assertIn(f"generation {before + 1}: 1 filter", out)
        self.assertIn("1 exemption in force", out)
        self.assertEqual(generation(self.state / "snapshot"), before + 1)
        self.assertEqual(self.file.stat().st_mode & 0o7777, 0o644)
        (entry,) = self.listed()["exemptions"]
        self.assertEqual(entry["issuer_spki_sha256"], WORLD.issuer.hex())
        self.assertEqual(entry["serial"], "00da4f392bfd8bcea8")
        self.assertEqual(entry["reason"], "ticket 17")
        self.assertEqual(entry["days_left"], 7)
        self.assertEqual((entry["is_in_force"], entry["has_ended"]), (True, False))
        self.assertEqual(entry["id"], out[:16])

    def test_list_shows_everything(self):
        out, _ = self.add("--leaf-spki", "ab" * 32, until=day(1) + "T00:00:00Z")
        shown, _ = self.exempt("list")
        self.assertTrue(shown.startswith(f"{out[:16]}  in force, "), shown)
        for text in (f"every certificate of the key {'ab' * 32}", "reason: ticket 17",
                     f"until: {day(1)}T00:00:00Z", " left\n"):
            self.assertIn(text, shown)

    def test_an_empty_list_says_so(self):
        self.assertEqual(self.exempt("list")[0], f"no exemptions in {self.file}\n")
        self.assertEqual(self.listed()["exemptions"], [])

    def test_a_date_means_the_end_of_that_day(self):
        out, _ = self.add_serial("02", until=day(3))
        self.assertIn(f"until {day(3)}T23:59:59Z", out)

    def test_ends_more_than_90_days_ahead_and_past_ones_are_refused(self):
        latest = f"the latest allowed date is {day(89)}"
        for until, what in ((day(91), "more than 90 days from now"), ("2020-01-01", "has passed"),
                            ("2020-01-01T00:00:00Z", "has passed"), ("soon", "wanted a date"),
                            ("2026-13-01", "wanted a date"), (day(1) + "T", "wanted a date")):
            with self.subTest(until=until):
                _, err = self.add_serial("02", until=until, status=64)
                self.assertIn(f"--until {until}: {what}", err)
                self.assertIn(latest, err)
        self.add_serial("02", until=day(89))
        self.assertEqual(len(self.listed()["exemptions"]), 1)

    def test_an_issuer_alone_is_refused(self):
        _, err = self.add("--issuer-spki", WORLD.issuer.hex(), status=64)
        self.assertIn("an issuer alone cannot be exempted", err)
        self.assertFalse(self.file.exists())

    def test_exactly_one_way_to_say_what(self):
        leaf = ("--leaf-spki", "ab" * 32)
        for arguments in ((), ("--serial", "02"), (*leaf, "--serial", "02"),
                          ("--cert", self.chain, *leaf)):
            with self.subTest(arguments=arguments):
                _, err = self.add(*arguments, status=64)
                self.assertIn("wanted either --cert, or --issuer-spki with --serial, or "
                              "--leaf-spki", err)

    def test_wrong_values_are_quoted(self):
        issuer = ("--issuer-spki", WORLD.issuer.hex())
        for arguments, what in (((*issuer, "--serial", "2"), "--serial 2: wanted the hexadecimal"),
                                ((*issuer, "--serial", "xy"), "--serial xy: wanted"),
                                (("--leaf-spki", "ab"), "--leaf-spki ab: wanted 64"),
                                (("--issuer-spki", "ab", "--serial", "02"), "--issuer-spki ab:")):
            _, err = self.add(*arguments, status=64)
            self.assertIn(what, err)
        for reason in ("two\nlines", "x" * 201, "\x1b[31m"):
            _, err = self.add_serial("02", reason=reason, status=64)
            self.assertIn("--reason: wanted one line of 1 to 200 bytes", err)

    def test_a_serial_without_its_leading_zeros_is_noticed(self):
        _, err = self.add_serial("da4f")
        self.assertIn("repeat with --serial 00da4f", err)
        self.assertEqual(self.add_serial("00da4f")[1], "")

    def test_a_certificate_without_issuer_gets_two_ways_out(self):
        self.chain.write_bytes(WORLD.leaf)
        _, err = self.add("--cert", self.chain, status=65)
        self.assertIn("add the issuer's certificate to the file", err)
        self.assertIn(f"--leaf-spki {WORLD.spki_hash(WORLD.leaf).hex()}", err)

    def test_a_chain_may_come_from_a_pipe(self):
        self.add("--cert", "-", stdin=WORLD.leaf + WORLD.ca)
        self.assertEqual(self.listed()["exemptions"][0]["serial"], "00da4f392bfd8bcea8")

    def test_adding_again_replaces(self):
        first, _ = self.add_serial("02", until=day(2))
        second, _ = self.add_serial("02", until=day(9), reason="later")
        self.assertEqual(first[:16], second[:16])
        (entry,) = self.listed()["exemptions"]
        self.assertEqual((entry["reason"], entry["days_left"]), ("later", 9))
        self.assertTrue(entry["is_in_force"])

    def test_remove(self):
        kept = self.add_serial("02")[0][:16]
        gone = self.add_serial("03")[0][:16]
        out, _ = self.exempt("remove", gone)
        self.assertIn(f"{gone}: no longer exempt: serial 03", out)
        self.assertIn("1 exemption in force", out)
        self.assertEqual([e["id"] for e in self.listed()["exemptions"]], [kept])
        _, err = self.exempt("remove", gone, status=64)
        self.assertIn(f"no exemption {gone}; crlite exempt list", err)

    def test_remove_without_a_file(self):
        _, err = self.exempt("remove", "00" * 8, status=64)
        self.assertIn("nothing to remove", err)
        self.assertFalse(self.file.exists())

    def test_without_publishing_the_snapshot_stays(self):
        before = generation(self.state / "snapshot")
        _, err = self.add_serial("02", reason="ticket 18") and self.add_serial("03")
        published = generation(self.state / "snapshot")
        self.assertEqual(published, before + 2)
        _, err = self.exempt("add", "--leaf-spki", "cd" * 32, "--reason", "x", "--until", day(1),
                             "--no-publish")
        self.assertIn(f"not in force yet; run crlite-sync publish --config {self.config} "
                      f"--state {self.state}", err)
        self.assertEqual(generation(self.state / "snapshot"), published)
        states = [entry["is_in_force"] for entry in self.listed()["exemptions"]]
        self.assertEqual(states, [True, True, False])
        shown, err = self.exempt("list")
        self.assertIn("NOT in the snapshot", shown)
        self.assertIn("crlite-sync publish", err)

    def test_list_notices_what_the_snapshot_has_alone(self):
        number = self.add_serial("02")[0][:16]
        self.exempt("remove", number, "--no-publish")
        self.assertEqual(self.listed()["in_snapshot_alone"], 1)
        self.assertIn("1 exemption in the snapshot alone", self.exempt("list")[0])

    def test_when_publishing_fails_the_file_stays_written(self):
        self.config.write_text("policy: {mode: enforced}\n")
        _, err = self.add_serial("02", status=78)
        self.assertIn("mode: found enforced", err)
        self.assertIn("written, but not in force: publishing failed (exit status 78)", err)
        self.assertIn('serial: "02"', self.file.read_text())

    def test_a_wrong_file_is_left_alone(self):
        self.file.write_text("exemption:\n")
        for verb in (["list"], ["remove", "00" * 8]):
            _, err = self.exempt(*verb, status=78)
            self.assertIn(f"{self.file}: line 1: file: unknown key", err)
        self.add_serial("02", status=78)
        self.assertEqual(self.file.read_text(), "exemption:\n")

    def test_a_missing_folder_is_told(self):
        shutil.rmtree(self.folder)
        _, err = self.add_serial("02", status=74)
        self.assertIn(f"No such file or directory; mkdir -p {self.folder}\n", err)

    def test_two_at_once_lose_nothing(self):
        def add(number):
            return crlite("exempt", "add", "--config", self.config, "--issuer-spki",
                          WORLD.issuer.hex(), "--serial", f"{number:02x}", "--reason", "at once",
                          "--until", day(1), "--no-publish").returncode

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(set(pool.map(add, range(1, 33))), {0})
        self.assertEqual(len(self.listed()["exemptions"]), 32)

    def test_whoever_can_read_cannot_hold_it_up(self):
        self.add_serial("01")
        with self.file.open("rb") as file:
            fcntl.lockf(file, fcntl.LOCK_SH)
            self.add_serial("02")
        self.assertEqual(sorted(entry.name for entry in self.folder.iterdir()),
                         ["chain.pem", "config.yaml", "exemptions.yaml"])

    def test_publish_is_found_beside_the_program_else_in_the_path(self):
        tools = self.folder / "bin"
        tools.mkdir()
        shutil.copy(BUILD / "bin" / "crlite", tools / "crlite")
        for name, where in (("beside", tools), ("elsewhere", self.folder)):
            fake = where / "crlite-sync"
            fake.write_text(f"#!/bin/sh\necho {name} \"$@\"\nexit 9\n")
            fake.chmod(0o755)
        command = ["exempt", "add", "--config", self.config, "--leaf-spki", "ab" * 32, "--reason",
                   "x", "--until", day(1)]
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        for name in ("beside", "elsewhere"):
            result = run(tools / "crlite", *command, env=environment)
            self.assertEqual(result.returncode, 9)
            self.assertIn(f"{name} publish --config {self.config}\n", result.stdout.decode())
            (tools / "crlite-sync").unlink(missing_ok=True)

    def test_help_names_every_option(self):
        for verb in ("add", "list", "remove"):
            shown = crlite("exempt", verb, "--help").stdout.decode()
            self.assertIn("EXIT STATUS", shown)
            examples = shown.split("EXAMPLES")[1]
            for option in re.findall(r"--[a-z-]+", shown.split("EXIT STATUS")[0]):
                if option not in ("--help",):
                    self.assertIn(option, examples, verb)


if __name__ == "__main__":
    unittest.main()
