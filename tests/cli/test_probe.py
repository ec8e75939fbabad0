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

from world import BUILD

PROBE = [str(pathlib.Path(BUILD) / "bin" / "crlite"), "probe"]


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


if __name__ == "__main__":
    unittest.main()
