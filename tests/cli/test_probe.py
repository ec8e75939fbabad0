#!/usr/bin/env python3
"""`crlite probe`: what doctor and enable believe must depend on nobody else."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from world import BUILD, crlite

PROBE = [str(pathlib.Path(BUILD) / "bin" / "crlite"), "probe"]

PATH = os.pathsep.join([str(pathlib.Path(BUILD) / "bin"), os.environ["PATH"]])
CNF = """openssl_conf = init
nodejs_conf = init
[init]
providers = list
[list]
default = default
crlite = crlite
[default]
activate = 1
[crlite]
activate = 1
module = {}
"""


def children(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


class Probe(unittest.TestCase):
    def test_needs_no_network(self):
        alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user",
                                                                "--net"]
        if not shutil.which("unshare") or subprocess.run([*alone, "true"],
                                                         stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no network namespaces here")
        result = subprocess.run([*alone, *PROBE], stdout=subprocess.PIPE, timeout=60, check=True,
                                env={**os.environ, "OPENSSL_CONF": "/dev/null"})
        good = json.loads(result.stdout)["good"]
        self.assertEqual(good, {"completed": True, "verify_result": 0, "error": ""})

    def test_leaves_nothing_running_when_it_is_killed(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkfifo(f"{folder}/fifo")  # whose reader waits for a writer
            config = pathlib.Path(folder) / "openssl.cnf"
            config.write_text(f".include = {folder}/fifo\n")
            process = subprocess.Popen(PROBE, stdout=subprocess.DEVNULL,
                                       env={**os.environ, "OPENSSL_CONF": str(config)})
            self.assertTrue(wait_until(lambda: children(process.pid)))
            loader, = children(process.pid)
            time.sleep(0.3)  # until it waits
            process.kill()
            process.wait()
            self.assertTrue(wait_until(lambda: not is_running(loader)))

    @unittest.skipUnless(os.geteuid() == 0, "root alone leaves it to the owner")
    def test_root_leaves_a_file_of_others_to_its_owner(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            config = pathlib.Path(folder) / "openssl.cnf"
            module = pathlib.Path(BUILD) / "lib" / "crlite.so"
            config.write_text(CNF.format(module))

            def doctor():
                result = crlite("doctor", "--json", "--config", config, "--state", folder)
                return json.loads(result.stdout)["findings"]

            def untried():
                findings = doctor()
                self.assertNotIn("is loaded", "".join(f["what"] for f in findings))
                finding, = [f for f in findings if f["id"] == "proof-untried"]
                self.assertEqual(finding["severity"], "unknown")
                self.assertIn("others than root may write", finding["what"])
                self.assertNotIn("crlite disable", [f.get("mend") for f in findings])
                return finding["mend"]

            os.chmod(config, 0o664)
            self.assertEqual(untried(), f"chmod go-w {config}")
            os.chmod(config, 0o644)
            self.assertFalse([f for f in doctor() if f["id"] == "proof-untried"])
            os.chown(config, 65534, 65534)
            mend = untried()
            owner = f'runuser -u "$(stat -L -c %U {config})" --'
            self.assertEqual(mend, f"{owner} crlite doctor --config {config} --state {folder}")
            if subprocess.run(["sh", "-c", f"{owner} test -x {PROBE[0]}"]).returncode == 0:
                tried = subprocess.run(["sh", "-c", f"{mend} --json"], capture_output=True,
                                       timeout=60, env={**os.environ, "PATH": PATH})
                findings = json.loads(tried.stdout)["findings"]
                self.assertFalse([f for f in findings if f["id"] == "proof-untried"])


if __name__ == "__main__":
    unittest.main()
