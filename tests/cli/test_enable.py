#!/usr/bin/env python3
"""`crlite enable` and `disable`: openssl.cnf is edited, tried, and given back byte for byte.

Every test has a file of its own and names it with --config."""

import fcntl
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import time
import unittest

from world import BUILD, crlite

MODULE = pathlib.Path(BUILD) / "lib" / "crlite.so"
HEAD = "openssl_conf = init\n[init]\nproviders = list\n[list]\n"
LAYOUTS = {
    "empty": "",
    "no openssl_conf": "[req]\ndefault_bits = 2048\n",
    "debian 12": "openssl_conf = i\n[ new_oids ]\n[i]\n# providers = p\n[ ca ]\ndefault_ca = x\n",
    "debian 13": "openssl_conf = i\n[i]\nproviders = p\n[p]\ndefault = d\n[d]\n# activate = 1\n",
    "fedora": HEAD + "default = d\n[d]\nactivate = 1\n[policy]\n"
              ".include = /etc/crypto-policies/back-ends/opensslcnf.config\n",
    "null beside default": HEAD + "null = n\ndefault = d\n[d]\nactivate = 1\n[n]\nactivate = 1\n",
    "base alone": HEAD + "base = b\n[b]\nactivate = 1\n",
    "pkcs11 that is not installed": HEAD + "default = d\npkcs11 = t\n[d]\nactivate = 1\n[t]\n"
                                    "activate = 1\nmodule = /no/such/pkcs11.so\n",
    "fips that is not installed": HEAD + "fips = f\nbase = b\n[f]\nactivate = 1\n"
                                  "module = /no/such/fips.so\n[b]\nactivate = 1\n",
    "crlf": HEAD.replace("\n", "\r\n") + "default = d\r\n[d]\r\nactivate = 1\r\n",
    "no newline": HEAD + "default = d\n[d]\nactivate = 1",
    "backslash": HEAD + "default = d\n[d]\nactivate = 1\n[x]\ny = z\\\n",
}


def environment(config):
    return {**os.environ, "OPENSSL_CONF": str(config)}


def providers(config):
    listing = subprocess.run(["openssl", "list", "-providers"], env=environment(config),
                             capture_output=True, timeout=60, check=True).stdout.decode()
    return set(re.findall(r"^  (\w+)$", listing, re.M))


class Enable(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name) / "etc"
        self.path.mkdir()
        self.config = self.path / "openssl.cnf"
        self.backup = self.path / "openssl.cnf.before-crlite"

    def write(self, text):
        self.config.write_bytes(text.encode() if isinstance(text, str) else text)

    def run_command(self, command, *options, status=0):
        result = crlite(command, "--config", self.config, *options)
        output = result.stdout.decode(), result.stderr.decode()
        self.assertEqual(result.returncode, status, output)
        return output

    def enable(self, *options, module=MODULE, status=0):
        return self.run_command("enable", "--module", module, *options, status=status)

    def expect_unchanged(self, text, command=None):
        """Neither the file nor anything beside it."""
        names = sorted(entry.name for entry in self.path.iterdir())
        self.assertEqual(names, ["openssl.cnf"], command)
        self.assertEqual(self.config.read_bytes(), text.encode())

    def refuse(self, text, mentions, **options):
        self.write(text)
        stdout, stderr = self.enable(status=78, **options)
        self.assertEqual(stdout, "")
        self.assertIn(mentions, stderr)
        self.expect_unchanged(text)
        return stderr

    def test_every_layout_is_enabled_and_given_back(self):
        for name, text in LAYOUTS.items():
            with self.subTest(name):
                self.write(text)
                before = providers(self.config)
                self.enable()
                after = providers(self.config)
                self.assertLessEqual(before | {"crlite", "default"}, after)
                self.assertEqual(self.backup.read_bytes(), text.encode())
                self.run_command("disable")
                self.expect_unchanged(text)

    def test_real_programs_go_on_with_the_new_file(self):
        self.write(LAYOUTS["debian 12"])
        self.enable()
        key = self.path / "key"
        programs = [["openssl", "rand", "-hex", "8"],
                    ["curl", "--version"],
                    ["curl", "-s", f"file://{self.config}"],
                    ["python3", "-c", "import ssl, hashlib; ssl.create_default_context();"
                                      "hashlib.new('sha256', b'x').hexdigest()"],
                    ["ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", str(key)]]
        for program in programs:
            if shutil.which(program[0]) is None:
                continue
            with self.subTest(program[0]):
                result = subprocess.run(program, env=environment(self.config), timeout=120,
                                        capture_output=True)
                self.assertEqual(result.returncode, 0, result.stderr.decode())

    def test_says_what_was_done_and_what_is_next(self):
        self.write("")
        stdout, stderr = self.enable("--snapshot", self.path / "none")
        self.assertIn(f"enabled: {self.config} activates {MODULE.resolve()}", stdout)
        self.assertIn(str(self.backup), stdout)
        self.assertIn(f"must be restarted; next: crlite doctor --config {self.config}\n", stdout)
        self.assertIn(f"OPENSSL_CONF={self.config}\n", stdout)
        self.assertIn("no snapshot yet", stderr)
        self.assertIn("run crlite-sync", stderr)

    def test_json_tells_what_was_done(self):
        text = LAYOUTS["debian 12"]
        self.write(text)

        def ask(command, *options):
            stdout, _ = (self.enable if command == "enable" else self.run_command)(
                *([] if command == "enable" else [command]), "--json", *options)
            answer = json.loads(stdout)
            self.assertEqual((answer["schema"], answer["path"]), (1, str(self.config)))
            return answer["enabled"], answer["changed"], answer
        self.assertIn("+crlite = ", ask("enable", "--dry-run")[2]["diff"])
        self.expect_unchanged(text)
        enabled, changed, answer = ask("enable")
        self.assertEqual((enabled, changed, answer["backup"]), (True, True, str(self.backup)))
        self.assertEqual(ask("enable")[:2], (True, False))
        self.assertEqual(ask("disable")[:2], (False, True))
        self.assertEqual(ask("disable")[:2], (False, False))

    def test_disable_ends_what_a_kill_has_left(self):
        self.write(LAYOUTS["debian 12"])
        self.backup.write_bytes(self.config.read_bytes())
        self.run_command("disable")
        self.expect_unchanged(LAYOUTS["debian 12"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_root_runs_nothing_that_others_may_name(self):
        self.write("")
        for change in (lambda: self.config.chmod(0o666),
                       lambda: (self.config.chmod(0o644), os.chown(self.config, 65534, 65534))):
            change()
            _, stderr = self.enable(status=78)
            self.assertIn("others than root may write to it", stderr)
            self.expect_unchanged("")

    def test_twice_is_once(self):
        self.write(LAYOUTS["debian 13"])
        self.enable()
        enabled = self.config.read_bytes()
        inode = self.config.stat().st_ino
        for options in ([], ["--module", MODULE]):
            stdout, _ = self.run_command("enable", *options)
            self.assertIn("already enabled", stdout)
        self.assertEqual((self.config.read_bytes(), self.config.stat().st_ino), (enabled, inode))

    def test_another_snapshot_replaces_the_block(self):
        text = LAYOUTS["no newline"]
        self.write(text)
        self.enable()
        self.enable("--snapshot", "/srv/one")
        self.run_command("enable", "--snapshot", "/srv/two")
        content = self.config.read_text()
        self.assertEqual((content.count("# BEGIN crlite"), content.count("snapshot = ")), (1, 1))
        self.assertIn("snapshot = /srv/two\n", content)
        self.assertIn(f"module = {MODULE}\n", content)
        self.run_command("disable")
        self.expect_unchanged(text)

    def test_a_module_that_does_not_work_changes_nothing(self):
        text = LAYOUTS["debian 13"]
        stderr = self.refuse(text, "/no/such/module.so: No such file", module="/no/such/module.so")
        self.assertIn("--module FILE", stderr)
        self.assertIn("nothing was changed", stderr)
        not_a_module = pathlib.Path(self.folder.name) / "text.so"
        not_a_module.write_text("hello")
        self.refuse(text, "cannot be loaded as a provider", module=not_a_module)

    def test_a_module_that_ordinary_users_cannot_read_changes_nothing(self):
        if os.geteuid() != 0:
            self.skipTest("only root can ask for others")
        os.chmod(self.folder.name, 0o755)
        closed = pathlib.Path(self.folder.name) / "closed"
        closed.mkdir(mode=0o700)
        shutil.copy(MODULE, closed / "crlite.so")
        self.refuse("", "user nobody cannot read it", module=closed / "crlite.so")

    def test_a_broken_file_is_refused_with_its_line(self):
        self.refuse("a = b\n[init\n", f"{self.config}: line 2: ")
        self.refuse(HEAD + "fips = nowhere\n", "provider fips names section [nowhere]")
        stderr = self.refuse("openssl_conf = i\n[i]\nssl_conf = nowhere\n", "")
        self.assertIn("nothing was changed", stderr)

    def test_a_missing_file_is_made_and_removed_again(self):
        stdout, _ = self.enable()
        self.assertIn("there was no such file", stdout)
        self.assertLessEqual({"crlite", "default"}, providers(self.config))
        self.assertEqual(stat.S_IMODE(self.config.stat().st_mode), 0o644)
        self.run_command("disable")
        self.assertEqual(list(self.path.iterdir()), [])

    def test_what_was_written_meanwhile_stays(self):
        self.write("a = b\n")
        self.enable()
        self.config.write_text("early = 1\n" + self.config.read_text() + "[late]\nc = d\n")
        stdout, _ = self.run_command("disable")
        self.assertEqual(self.config.read_text(), "early = 1\na = b\n[late]\nc = d\n")
        self.assertFalse(self.backup.exists())
        kept = self.backup.with_name(self.backup.name + ".old")
        self.assertEqual(kept.read_text(), "a = b\n")
        self.assertIn(f"{kept}: kept", stdout)

    def test_links_owner_and_mode_stay(self):
        real = pathlib.Path(self.folder.name) / "real.cnf"
        real.write_text("a = b\n")
        real.chmod(0o640)
        owner = (0, 54321) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
        os.chown(real, *owner)
        self.config.symlink_to(real)
        self.enable()
        for path in (real, real.with_name("real.cnf.before-crlite")):
            state = path.stat()
            self.assertEqual((state.st_uid, state.st_gid), owner)
            self.assertEqual(stat.S_IMODE(state.st_mode), 0o640)
        self.assertTrue(self.config.is_symlink())
        self.assertIn("crlite", real.read_text())
        self.run_command("disable")
        self.assertTrue(self.config.is_symlink())
        self.assertEqual((real.read_text(), stat.S_IMODE(real.stat().st_mode)), ("a = b\n", 0o640))

    def test_a_link_to_nowhere_is_refused(self):
        self.config.symlink_to(self.path / "nowhere")
        _, stderr = self.enable(status=74)
        self.assertIn("a link to a missing file", stderr)

    def test_dry_run_prints_a_diff_and_changes_nothing(self):
        text = LAYOUTS["debian 12"]
        self.write(text)
        diff, _ = self.enable("--dry-run")
        self.expect_unchanged(text)
        self.assertIn(f"--- {self.config}\n+++ {self.config}\n", diff)
        self.assertIn("\n+# BEGIN crlite", diff)
        self.enable()
        enabled = self.config.read_bytes()
        diff, _ = self.run_command("disable", "--dry-run")
        self.assertIn("\n-# BEGIN crlite", diff)
        self.assertEqual(self.config.read_bytes(), enabled)

    def test_lines_made_by_hand_are_left_alone(self):
        text = (HEAD + "default = d\ncrlite = c\n[d]\nactivate = 1\n[c]\nactivate = 1\n"
                f"module = {MODULE}\n")
        self.write(text)
        stdout, _ = self.enable()
        self.assertIn("by hand (section [c]), and it works: already enabled", stdout)
        self.expect_unchanged(text)
        self.run_command("disable", status=78)
        self.expect_unchanged(text)
        self.refuse(text.replace(str(MODULE), "/no/such/module.so"), "take 'crlite = c'")

    def test_disable_without_enable_does_nothing(self):
        self.write("a = b\n")
        stdout, _ = self.run_command("disable")
        self.assertIn("not enabled", stdout)
        self.expect_unchanged("a = b\n")

    def test_disable_works_on_a_broken_file(self):
        self.write("a = b\n")
        self.enable()
        self.config.write_text(self.config.read_text() + "[broken\n")
        self.run_command("disable")
        self.assertEqual(self.config.read_text(), "a = b\n[broken\n")

    def test_one_at_a_time(self):
        self.write("")
        lock = self.path / "openssl.cnf.crlite-lock"
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _, stderr = self.enable(status=74)
            self.assertIn("another crlite enable or disable", stderr)
            self.assertTrue(lock.exists())
        lock.unlink()
        self.expect_unchanged("")

    def test_whoever_can_read_cannot_hold_it_up(self):
        self.write("a = b\n")
        for path in (self.path, self.config):
            descriptor = os.open(path, os.O_RDONLY)
            self.addCleanup(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        self.enable()
        self.run_command("disable")
        self.expect_unchanged("a = b\n")

    def test_debris_of_a_killed_run_is_removed(self):
        self.write("a = b\n")
        (self.path / "openssl.cnf.crlite-tmp-AbCdEf").write_text("half")
        (self.path / "openssl.cnf.crlite-lock").write_text("")
        (self.path / "openssl.cnf.crlite-tmp").write_text("a user's")
        self.enable()
        self.assertEqual(sorted(entry.name for entry in self.path.iterdir()),
                         ["openssl.cnf", "openssl.cnf.before-crlite", "openssl.cnf.crlite-tmp"])

    def test_killed_at_any_moment_the_file_is_old_or_new(self):
        text = LAYOUTS["debian 13"]
        self.write(text)
        start = time.monotonic()
        self.enable()
        duration = time.monotonic() - start
        enabled = self.config.read_bytes()
        for delay in [duration * step / 12 for step in range(15)]:
            self.write(text)
            command = [str(pathlib.Path(BUILD) / "bin" / "crlite"), "enable", "--config",
                       str(self.config), "--module", str(MODULE)]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                process.kill()
            process.wait()
            self.assertIn(self.config.read_bytes(), (text.encode(), enabled), delay)

    def test_messages_do_not_command_the_terminal(self):
        self.write(HEAD + "default = d\ncrlite = x\033]0;evil\007\n[d]\nactivate = 1\n")
        _, stderr = self.enable(status=78)
        self.assertIn("section [x?]0;evil?]", stderr)

    def test_openssl_conf_of_the_shell_is_mentioned(self):
        result = crlite("enable", "--dry-run", env={**os.environ, "OPENSSL_CONF": "/elsewhere.cnf"})
        self.assertIn(b"OPENSSL_CONF is /elsewhere.cnf", result.stderr)

    def test_paths_that_the_file_cannot_hold_are_usage_errors(self):
        self.write("")
        self.enable(module="/a\nb.so", status=64)
        self.expect_unchanged("")


if __name__ == "__main__":
    unittest.main()
