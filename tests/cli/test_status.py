#!/usr/bin/env python3
"""`crlite status`: what it shows of every state of the data, and that each lack is named with the
command that mends it."""

import hashlib
import json
import os
import subprocess
import time
import unittest

from world import BUILD, World, crlite, run

CNF = """openssl_conf = init
nodejs_conf = init
[init]
providers = providers
[providers]
default = default
crlite = crlite
[default]
activate = 1
[crlite]
{}
"""


class Status(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        os.chmod(self.world.path, 0o755)
        self.state = self.world.path / "state"
        self.config = self.world.path / "config.yaml"
        self.cnf = self.world.write("openssl.cnf", CNF.format("activate = 1").encode())
        self.configure()

    def configure(self, policy="mode: enforce"):
        offer = self.world.path / "state.offer"
        self.config.write_text(
            f"state-dir: {self.state}\nsources:\n  - type: directory\n    path: {offer}\n"
            f"    require-signature: false\npolicy: {{{policy}}}\n")

    def sync(self, *arguments):
        return run("crlite-sync", *arguments, "--config", self.config)

    def provision(self, filters=None):
        offer = self.world.path / "state.offer"
        offer.mkdir(exist_ok=True)
        for path in filters or [self.world.good]:
            (offer / path.name).write_bytes(path.read_bytes())
        result = self.sync()
        self.assertEqual(result.returncode, 0, result.stderr)

    def status(self, *arguments, **options):
        environment = dict(os.environ, OPENSSL_CONF=str(self.cnf))
        return crlite("status", "--config", self.config, *arguments, env=environment, **options)

    def report(self, status):
        """The document, but for what is true of every test: OPENSSL_CONF names another file."""
        result = self.status("--json")
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        report = json.loads(result.stdout)
        report["findings"] = [f for f in report["findings"] if f["id"] != "openssl-conf-elsewhere"]
        return report

    def finding(self, status, name, severity):
        """The report's finding of that id, which must be of that severity."""
        found = [f for f in self.report(status)["findings"] if f["id"] == name]
        self.assertEqual([f["severity"] for f in found], [severity])
        return found[0]

    def mend(self, finding):
        """Runs the command as it stands; afterwards the finding is gone or ok."""
        path = os.pathsep.join([str(BUILD / "bin"), os.environ["PATH"]])
        subprocess.run(["sh", "-c", finding["mend"]], check=True, capture_output=True,
                       env=dict(os.environ, PATH=path), timeout=60)
        left = json.loads(self.status("--json").stdout)["findings"]
        self.assertFalse([f for f in left if f["id"] == finding["id"] and f["severity"] != "ok"])

    def test_a_fresh_machine_is_told_both_commands(self):
        os.unlink(self.cnf)
        result = self.status()
        self.assertEqual(result.returncode, 2, result.stdout)
        text = result.stdout.decode()
        self.assertIn(f"mend: crlite-sync --config {self.config}\n", text)
        self.assertIn("crlite enable", text)
        self.finding(2, "never-provisioned", "critical")

    def test_unsigned_data_is_the_only_thing_to_say_of_a_good_world(self):
        self.provision()
        report = self.report(1)
        self.assertEqual(report["schema"], 1)
        bad = [f["id"] for f in report["findings"] if f["severity"] != "ok"]
        self.assertEqual(bad, ["data-unsigned"])
        self.assertEqual(report["data"], "fresh")
        snapshot = report["snapshot"]
        self.assertEqual(snapshot["generation"], 1)
        self.assertEqual(snapshot["issuers"], 1)
        self.assertEqual([f["name"] for f in snapshot["filters"]], ["good.filter"])
        self.assertEqual(snapshot["coverage"], {"logs": 1, "newest_ms": 3_400_000_000_000})
        self.assertEqual(report["source"]["signed"], False)
        self.assertEqual(report["last_fetch"]["exit_status"], 0)
        self.assertTrue(report["openssl_cnf"]["activates_module"])

    def test_text_tells_the_same(self):
        self.provision()
        text = self.status().stdout.decode()
        for line in ("generation   1,", ".offer, not signed\n", "filters      1 filter, 1 issuer,",
                     "coverage     1 log, up to 2077-", "policy       mode enforce;",
                     "exemptions   0 in force", "last fetch   0 seconds ago: done",
                     "state        " + str(self.state)):
            self.assertIn(line, text)

    def test_a_missing_snapshot_is_critical_and_mended(self):
        self.provision()
        os.unlink(self.state / "snapshot")
        self.mend(self.finding(2, "snapshot-missing", "critical"))

    def test_a_damaged_snapshot_is_critical_and_mended(self):
        self.provision()
        content = bytearray((self.state / "snapshot").read_bytes())
        content[-1] ^= 1
        (self.state / "snapshot").write_bytes(content)
        self.mend(self.finding(2, "snapshot-damaged", "critical"))
        (self.state / "snapshot").write_bytes(content[:200])
        self.mend(self.finding(2, "snapshot-damaged", "critical"))

    def test_a_snapshot_of_a_later_format_is_named_so(self):
        self.provision()
        content = bytearray((self.state / "snapshot").read_bytes())
        content[8] += 1
        (self.state / "snapshot").write_bytes(content)
        self.mend(self.finding(2, "snapshot-newer", "critical"))

    def test_a_snapshot_that_others_may_write_or_not_read_is_critical(self):
        self.provision()
        for mode in (0o666, 0o600):
            os.chmod(self.state / "snapshot", mode)
            self.mend(self.finding(2, "snapshot-untrusted", "critical"))

    def test_a_hidden_directory_is_critical_and_mended(self):
        self.provision()
        os.chmod(self.state, 0o700)
        self.mend(self.finding(2, "state-hidden", "critical"))

    def test_a_directory_that_others_may_write_to_is_critical(self):
        self.provision()
        os.chmod(self.state, 0o777)
        self.mend(self.finding(2, "state-writable", "critical"))

    def test_generation_and_marker_out_of_step_are_warnings(self):
        self.provision()
        os.unlink(self.state / "generation")
        self.mend(self.finding(1, "generation-missing", "warning"))
        os.unlink(self.state / "provisioned")
        self.mend(self.finding(1, "marker-missing", "warning"))

    def test_stale_data_is_a_warning_and_with_deny_critical(self):
        offer = self.world.path / "state.offer"
        self.configure("stale-after: 1h")
        self.provision()
        self.publish_manifest(offer, int(time.time()) - 7200)
        finding = self.finding(1, "data-stale", "warning")
        self.assertIn("2 hours old, wanted at most 1 hour", finding["what"])
        self.configure("stale-after: 1h, stale: deny")
        self.sync("publish")
        self.finding(2, "data-stale", "critical")

    def publish_manifest(self, offer, generated_at):
        """Puts the same filter in force again, as data of this time."""
        content = self.world.good.read_bytes()
        file = {"filename": "good.filter", "size": len(content),
                "hash": hashlib.sha256(content).hexdigest()}
        (offer / "manifest.json").write_text(json.dumps(
            {"generated_at": generated_at, "comment": "a test", "files": [file]}))
        result = self.sync("--force", "--allow-rollback")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_policy_that_is_not_in_force_is_named_and_mended(self):
        self.provision()
        self.configure("mode: enforce, insist: true")
        self.mend(self.finding(1, "policy-unpublished", "warning"))

    def test_an_exemption_that_is_not_in_force_is_named_and_mended(self):
        self.provision()
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3 * 86400))
        added = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.world.write("exemptions.yaml", (
            f"exemptions:\n  - leaf-spki: '{'ab' * 32}'\n    reason: a test\n"
            f"    added: {added}\n    until: {until}\n").encode())
        self.mend(self.finding(1, "policy-unpublished", "warning"))
        self.assertEqual(self.report(1)["exemptions"], {"in_force": 1, "ending_soon": 1})

    def test_broken_configuration_does_not_hide_the_data(self):
        self.provision()
        self.config.write_text("no-such-key: 1\n")
        result = self.status("--json", "--state", self.state)
        self.assertEqual(result.returncode, 1, result.stderr)
        report = json.loads(result.stdout)
        self.assertIn("config-broken", [f["id"] for f in report["findings"]])
        self.assertEqual(report["snapshot"]["generation"], 1)
        self.configure()
        self.world.write("exemptions.yaml", b"- nonsense\n")
        self.finding(1, "exemptions-broken", "warning")

    def test_a_failed_fetch_is_a_warning_with_its_message(self):
        self.provision()
        (self.world.path / "state.offer").rename(self.world.path / "gone")
        self.assertEqual(self.sync().returncode, 1)
        finding = self.finding(1, "fetch-failed", "warning")
        self.assertIn("no source gave verified data", finding["what"])

    def test_a_run_tells_what_came_and_what_went(self):
        self.provision()
        record = self.state / "incoming" / "last-fetch.json"
        document = json.loads(record.read_text())
        document.update(requests=3, received_bytes=500, sent_bytes=40)
        record.write_text(json.dumps(document))
        self.assertIn("3 requests, 500 bytes received, 40 bytes sent", self.status().stdout.decode())

    def test_records_do_not_command_the_terminal(self):
        self.provision()
        record = self.state / "incoming" / "last-fetch.json"
        document = json.loads(record.read_text())
        document.update(exit_status=1, message="\x1b[2J\u009bevil\nok        all is well")
        record.write_text(json.dumps(document))
        text = self.status().stdout.decode()
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\u009b", text)
        self.assertNotIn("\nok        all is well", text)
        self.assertIn("evil", text)
        self.assertNotIn("\x1b", json.dumps(self.report(1), ensure_ascii=False))

    def test_shadow_is_a_note_and_off_a_warning(self):
        self.configure("mode: shadow")
        self.provision()
        self.finding(1, "mode-not-enforced", "ok")
        self.configure("mode: off")
        self.sync("publish")
        self.finding(1, "mode-not-enforced", "warning")

    def test_policy_alone_is_never_provisioned(self):
        self.assertEqual(self.sync("publish").returncode, 0)
        self.finding(2, "never-provisioned", "critical")

    def test_a_snapshot_that_lost_its_filters_is_critical(self):
        self.provision()
        marker = (self.state / "provisioned").read_bytes()
        for name in ("snapshot", "provisioned", "generation"):
            os.unlink(self.state / name)
        subprocess.run(["rm", "-r", str(self.state / "filters"), str(self.state / "incoming")],
                       check=True)
        self.assertEqual(self.sync("publish").returncode, 0)
        (self.state / "provisioned").write_bytes(marker)
        self.finding(2, "snapshot-empty", "critical")

    def test_openssl_cnf_without_the_module_is_critical(self):
        self.provision()
        self.cnf.write_text(CNF.format("journal = no"))
        self.finding(2, "crlite-not-active", "critical")
        self.cnf.write_text("# nothing\n")
        finding = self.finding(2, "not-enabled", "critical")
        self.assertIn("does not activate the module", finding["what"])
        self.assertFalse(self.report(2)["openssl_cnf"]["activates_module"])
        self.world.write("openssl.cnf.before-crlite", b"")
        self.finding(2, "enabling-undone", "critical")

    def test_says_the_same_of_openssl_cnf_as_doctor(self):
        self.provision()
        for text in ("# nothing\n", "[init\n", CNF.format("mode = off"),
                     CNF.format("activate = 1\nmode = shadow")):
            self.cnf.write_text(text)
            doctor = crlite("doctor", "--json", "--state", self.state,
                            env=dict(os.environ, OPENSSL_CONF=str(self.cnf)))
            wanted = json.loads(doctor.stdout)["findings"]
            found = json.loads(self.status("--json").stdout)["findings"]
            for finding in found:
                if str(self.cnf) in finding["what"]:
                    self.assertIn(finding, wanted)

    def test_a_broken_openssl_cnf_is_critical(self):
        self.provision()
        self.cnf.write_text("[init\n")
        self.finding(2, "openssl-cnf-broken", "critical")

    @unittest.skipIf(os.geteuid() != 0, "only root can become another user")
    def test_another_user_sees_a_hidden_directory_and_the_rest(self):
        self.provision()
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
        result = self.status("--json", **nobody)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        os.chmod(self.state, 0o700)
        result = self.status("--json", **nobody)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("state-hidden", [f["id"] for f in json.loads(result.stdout)["findings"]])


if __name__ == "__main__":
    unittest.main()
