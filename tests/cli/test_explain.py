#!/usr/bin/env python3
"""`crlite explain`: every step from the certificate to what the module does, for every outcome."""

import base64
import hashlib
import json
import os
import re
import shlex
import subprocess
import time
import unittest

from world import BUILD, LOG, OTHER_LOG, SCT_TIME, World, crlite, run, sct

CNF = ("openssl_conf = init\n[init]\nproviders = p\n[p]\ndefault = d\ncrlite = c\n"
       "[d]\nactivate = 1\n[c]\nactivate = 1\n")


class Explain(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        self.chain = self.world.leaf + self.world.ca
        self.state = self.world.path / "state"
        self.config = self.world.path / "config.yaml"
        self.cnf = self.world.write("openssl.cnf", CNF.encode())

    def provision(self, *filters, policy="mode: enforce", generated_at=None):
        offer = self.world.path / "state.offer"
        offer.mkdir(exist_ok=True)
        files = []
        for path in filters:
            content = path.read_bytes()
            (offer / path.name).write_bytes(content)
            files.append({"filename": path.name, "size": len(content),
                          "hash": hashlib.sha256(content).hexdigest()})
        (offer / "manifest.json").write_text(json.dumps(
            {"generated_at": generated_at or int(time.time()), "comment": "", "files": files}))
        self.config.write_text(
            f"state-dir: {self.state}\nsources:\n  - type: directory\n    path: {offer}\n"
            f"    require-signature: false\npolicy: {{{policy}}}\n")
        result = run("crlite-sync", "--config", self.config)
        self.assertEqual(result.returncode, 0, result.stderr)

    def run_explain(self, *arguments, chain=None):
        environment = dict(os.environ, OPENSSL_CONF=str(self.cnf))
        where = [] if "--snapshot" in arguments else ["--config", self.config]
        return crlite("explain", *where, *arguments, env=environment,
                      stdin=self.chain if chain is None else chain)

    def explain(self, status, outcome, *arguments, chain=None):
        """The document, and that the text says the same on its first line."""
        result = self.run_explain("--json", *arguments, chain=chain)
        self.assertEqual(result.returncode, status, result.stderr)
        document = json.loads(result.stdout)
        self.assertEqual(document["schema"], 1)
        self.assertEqual(document["outcome"], outcome)
        self.assertEqual(document["findings"], [])
        text = self.run_explain(*arguments, chain=chain)
        self.assertEqual(text.returncode, status)
        self.assertEqual(text.stdout.decode().splitlines()[0], outcome)
        return document

    def test_a_good_certificate_is_accepted(self):
        self.provision(self.world.good)
        document = self.explain(0, "NotRevoked")
        self.assertEqual(document["module"]["text"], "accept")
        self.assertEqual(document["certificate"]["serial"], "00da4f392bfd8bcea8")
        self.assertEqual(document["certificate"]["issuer_spki_sha256"], self.world.issuer.hex())
        self.assertEqual(document["scts"], [{
            "log": LOG.hex(), "time_ms": SCT_TIME, "log_covered_from_ms": 0,
            "log_covered_to_ms": 2 * SCT_TIME, "filters": [0]}])

    def test_a_revoked_certificate_comes_with_the_filter_that_lists_it(self):
        self.provision(self.world.good, self.world.revoked, self.world.elsewhere)
        document = self.explain(2, "Revoked")
        self.assertEqual(document["filter"], "revoked.filter")
        evidence = {f["name"]: f for f in document["filters"]}
        for name, outcome, knows in (("good.filter", "NotRevoked", True),
                                     ("revoked.filter", "Revoked", True),
                                     ("elsewhere.filter", "NotEnrolled", False)):
            content = (self.world.path / name).read_bytes()
            self.assertEqual(evidence[name]["outcome"], outcome)
            self.assertEqual(evidence[name]["file_outcome"], outcome)
            self.assertEqual(evidence[name]["knows_issuer"], knows)
            self.assertEqual(evidence[name]["sha256"], hashlib.sha256(content).hexdigest())
        self.assertEqual(document["module"]["text"], "refuse: certificate revoked")
        self.assertEqual(document["data"]["signed"], False)

    def test_the_recipe_can_be_followed(self):
        self.provision(self.world.revoked)
        file = self.world.write("a chain.pem", self.chain)
        environment = dict(os.environ, OPENSSL_CONF=str(self.cnf))
        result = crlite("explain", "--config", self.config, file, env=environment)
        recipe = re.search(r"^  (crlite check .*)$", result.stdout.decode(), re.M).group(1)
        words = shlex.split(recipe)
        again = subprocess.run([str(BUILD / "bin" / "crlite"), *words[1:]], capture_output=True,
                               timeout=60)
        self.assertEqual(again.returncode, 2, again.stderr)
        self.assertEqual(again.stdout.splitlines()[0], b"Revoked")

    def test_an_uncovered_certificate_shows_what_is_covered(self):
        self.provision(self.world.other_log)
        document = self.explain(3, "NotCovered")
        self.assertEqual(document["scts"][0]["filters"], [])
        self.assertNotIn("log_covered_to_ms", document["scts"][0])
        self.assertIn("no filter knows this log", self.run_explain().stdout.decode())
        late = self.world.issue("late", [sct(time_ms=3 * SCT_TIME)]) + self.world.ca
        self.provision(self.world.good)
        document = self.explain(3, "NotCovered", chain=late)
        self.assertEqual(document["scts"][0]["log_covered_to_ms"], 2 * SCT_TIME)
        self.assertEqual(document["module"]["text"], "accept")

    def test_an_issuer_that_no_filter_knows(self):
        self.provision(self.world.elsewhere)
        document = self.explain(3, "NotEnrolled")
        self.assertFalse(document["filters"][0]["knows_issuer"])

    def test_no_sct_and_no_issuer_are_decided_before_any_data(self):
        self.provision(self.world.revoked)
        bare = self.world.issue("bare", []) + self.world.ca
        document = self.explain(3, "NotCovered", chain=bare)
        self.assertEqual(document["reason"], "no parseable embedded SCT")
        document = self.explain(3, "NotCovered", chain=self.world.leaf)
        self.assertEqual(document["reason"], "the chain has no issuer certificate")
        self.assertEqual(document["scts"][0]["filters"], [0])

    def test_an_expired_certificate_is_outside_of_every_filter(self):
        self.provision(self.world.revoked, policy="stale-after: 1h, stale: deny")
        document = self.explain(3, "NotCovered", "--at", "2099-01-01T00:00:00Z")
        self.assertEqual(document["reason"], "the certificate is outside its validity period")
        self.assertEqual(document["module"]["refusal"], "none")
        self.explain(2, "Revoked")

    def exempt(self, *lines):
        now = time.time()
        stamp = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t)) for t in (now, now + 86400)]
        entry = "\n    ".join([*lines, "reason: a test", f"added: {stamp[0]}", f"until: {stamp[1]}"])
        self.world.write("exemptions.yaml", f"exemptions:\n  - {entry}\n".encode())
        result = run("crlite-sync", "publish", "--config", self.config)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_an_exemption_by_either_key_lets_through(self):
        self.provision(self.world.revoked)
        self.exempt(f"issuer-spki: '{self.world.issuer.hex()}'", "serial: '00da4f392bfd8bcea8'")
        document = self.explain(2, "Revoked")
        self.assertEqual(document["module"]["refusal"], "none")
        self.assertEqual(document["module"]["report"], "revoked")
        self.assertGreater(document["module"]["exempt_until_ms"], time.time() * 1000)
        self.exempt(f"leaf-spki: '{self.world.spki_hash(self.world.leaf).hex()}'")
        self.assertIn("exempt_until_ms", self.explain(2, "Revoked")["module"])
        self.exempt(f"leaf-spki: '{'00' * 32}'")
        self.assertEqual(self.explain(2, "Revoked")["module"]["refusal"], "revoked")

    def test_stale_data_follows_the_policy(self):
        then = int(time.time()) - 7200
        for policy, text in (("allow", "accept"),
                             ("report", "accept, and report that the data is stale"),
                             ("deny", "refuse: unable to get certificate CRL")):
            self.provision(self.world.good, policy=f"stale-after: 1h, stale: {policy}",
                           generated_at=then)
            document = self.explain(0, "NotRevoked")
            self.assertEqual(document["data"]["state"], "stale")
            self.assertEqual(document["module"]["text"], text)

    def test_shadow_withholds_and_openssl_cnf_may_decide_so(self):
        self.provision(self.world.revoked, policy="mode: shadow")
        module = self.explain(2, "Revoked")["module"]
        self.assertEqual((module["refusal"], module["report"]), ("none", "revoked"))
        self.assertEqual((module["mode"], module["mode_from"]), ("shadow", "policy"))
        self.cnf.write_text(CNF + "mode = enforce\n")
        module = self.explain(2, "Revoked")["module"]
        self.assertEqual((module["mode"], module["mode_from"]), ("enforce", "openssl.cnf"))
        self.assertEqual(module["refusal"], "revoked")
        self.provision(self.world.revoked, policy="mode: enforce, insist: true")
        self.cnf.write_text(CNF + "mode = off\n")
        self.assertEqual(self.explain(2, "Revoked")["module"]["refusal"], "revoked")

    def test_a_module_that_is_not_enabled_is_told(self):
        self.provision(self.world.revoked)
        self.cnf.write_text("")
        self.assertFalse(self.explain(2, "Revoked")["module"]["activated"])
        self.assertIn("run crlite enable", self.run_explain().stdout.decode())

    def test_without_data_there_is_no_answer(self):
        self.config.write_text(f"state-dir: {self.state}\n")
        document = self.explain(3, "NoData")
        self.assertEqual(document["data"]["state"], "never-provisioned")
        self.provision(self.world.good, policy="damaged: deny")
        (self.state / "snapshot").write_bytes(b"nonsense")
        document = self.explain(3, "NoData")
        self.assertEqual(document["data"]["state"], "damaged")
        self.assertEqual(document["module"]["refusal"], "no-data")
        self.assertIn(b"crlite-sync publish --force", self.run_explain().stderr)

    def test_a_file_that_contradicts_the_snapshot_is_a_finding(self):
        self.provision(self.world.revoked)
        content = self.world.good.read_bytes()
        hash_text = hashlib.sha256(content).hexdigest()
        old = hashlib.sha256(self.world.revoked.read_bytes()).hexdigest()
        # The list and the file agree with each other, and the snapshot claims to be made from them.
        (self.state / "filters" / hash_text).write_bytes(content)
        for path in (self.state / "filters" / "current.json", self.state / "snapshot"):
            data = path.read_bytes().replace(old.encode(), hash_text.encode())
            data = data.replace(bytes.fromhex(old), bytes.fromhex(hash_text))
            path.write_bytes(data)
        self.fix_body_hash(self.state / "snapshot")
        document = json.loads(self.run_explain("--json").stdout)
        self.assertEqual([f["id"] for f in document["findings"]], ["evidence-contradicts"])
        self.assertEqual(document["filters"][0]["outcome"], "Revoked")
        self.assertEqual(document["filters"][0]["file_outcome"], "NotRevoked")

    def fix_body_hash(self, path):
        content = bytearray(path.read_bytes())
        end = 128 + 24 * int.from_bytes(content[12:16], "little")
        content[64:96] = hashlib.sha256(content[end:]).digest()
        content[96:128] = hashlib.sha256(content[:96] + content[128:end]).digest()
        path.write_bytes(content)

    def test_a_named_snapshot_needs_no_state_directory(self):
        self.provision(self.world.revoked)
        document = self.explain(2, "Revoked", "--snapshot", self.state / "snapshot")
        self.assertNotIn("file_outcome", document["filters"][0])
        text = self.run_explain("--snapshot", self.state / "snapshot").stdout.decode()
        self.assertIn("files are not at hand", text)

    def test_logs_have_names_where_there_is_a_list(self):
        self.provision(self.world.good)
        named = {"description": "A 'log'\x1b[2J", "log_id": base64.b64encode(LOG).decode()}
        tiled = {"description": "Tiled", "log_id": base64.b64encode(OTHER_LOG).decode()}
        path = self.world.write("log_list.json", json.dumps({"version": "1", "operators": [
            {"name": "o", "logs": [named, {"description": "no id"}], "tiled_logs": [tiled]},
            "odd"]}).encode())
        document = self.explain(0, "NotRevoked", "--log-list", path)
        self.assertEqual(document["scts"][0]["log_name"], "A 'log'?[2J")
        chain = self.world.issue("tiled", [sct(OTHER_LOG)]) + self.world.ca
        document = self.explain(3, "NotCovered", "--log-list", path, chain=chain)
        self.assertEqual(document["scts"][0]["log_name"], "Tiled")

    def test_what_the_certificate_says_of_itself_does_not_command_the_terminal(self):
        self.provision(self.world.good)
        self.world.make_ca("odd", "/CN=odd\x1b[2J\u009bca")
        chain = (self.world.path / "odd.pem").read_bytes()
        text = self.run_explain(chain=chain).stdout.decode()
        self.assertIn("odd", text)
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\u009b", text)

    def test_mistakes_have_their_exit_codes(self):
        self.provision(self.world.good)
        wrong = self.world.write("wrong.json", b"[]")
        for status, mentions, *arguments in (
                (64, "--at", "--at", "yesterday"), (65, "wrong.json", "--log-list", wrong),
                (74, "absent", "--log-list", self.world.path / "absent"),
                (74, "absent", self.world.path / "absent"), (64, "wanted HOST", "--host", "a/b"),
                (64, "--host", "--host", "localhost", "chain.pem"),
                (65, "too short", "--snapshot", wrong)):
            result = self.run_explain(*arguments)
            self.assertEqual((result.returncode, result.stdout), (status, b""), arguments)
            self.assertIn(mentions, result.stderr.decode())
        self.assertEqual(self.run_explain(chain=b"nothing").returncode, 65)


if __name__ == "__main__":
    unittest.main()
