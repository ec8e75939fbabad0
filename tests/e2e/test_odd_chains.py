#!/usr/bin/env python3
"""Certificates of private PKIs, however odd (odd/chains.py), are verified with the module as without
it, under every mode and every policy: except that a policy which denies what missing data cannot
answer refuses those that carry an SCT that can be read. A revoked certificate among them shows that
the module is at work.
"""
import collections
import concurrent.futures
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE / "odd"), str(HERE.parent / "cli")]
from chains import (ALLOW_PROXY, DAY, IGNORE_CRITICAL, NO_CHECK_TIME, PARTIAL_CHAIN,  # noqa: E402
                    POLICY_CHECK, STRICT, odd_chains)
from der import name, pem, sct_extension  # noqa: E402
from world import BUILD, clubcard_v4, crlite, run  # noqa: E402

LOG = b"\x11" * 32  # of der.sct()
REVOKED, NO_DATA = 23, 3
# Errors of what OpenSSL checks after the verify function, and so after us: policies and name
# constraints. It looks at CRLs before them too.
CHECKED_AFTER_US = {42, 43, 47}
OPTIONS = {PARTIAL_CHAIN: "-partial_chain", IGNORE_CRITICAL: "-ignore_critical",
           ALLOW_PROXY: "-allow_proxy_certs", POLICY_CHECK: "-policy_check",
           NO_CHECK_TIME: "-no_check_time", STRICT: "-x509_strict"}
SERVED = ["plain", "plain+sct", "intermediate", "intermediate+sct", "self-signed", "subject-empty+sct",
          "serial-200-bytes+sct", "names-of-its-issuer", "1000-names+sct", "two-names-extensions",
          "year-9999+sct", "scts-nothing", "two-sct-extensions-twice", "expired+sct"]
Result = collections.namedtuple("Result", "ok error depth length")


def fail(text):
    sys.exit(f"FAILED: {text}")


class Corpus:
    """The chains as files, and programs that verify them."""

    def __init__(self, work):
        self.work = work
        self.pki = odd_chains(work)
        control = self.pki.authority("control", self.pki.ec_key("control", "P-256"))
        self.revoked_issuer = spki_hash(control.key.spki)
        leaf = self.pki.certificate(control, name("revoked"), self.pki.key, [sct_extension()])
        self.pki.add("control", [leaf], [control.certificate], has_sct=True)
        self.chains = self.pki.chains
        lines = []
        for chain in self.chains:
            self.path(chain, "chain").write_text("".join(map(pem, chain.certificates)))
            self.path(chain, "trusted").write_text("".join(map(pem, chain.trusted)))
            lines.append(f"{chain.name} {self.path(chain, 'trusted')} {self.path(chain, 'chain')} "
                         f"{chain.flags} {chain.at}\n")
        self.host_input = "".join(lines)
        self.plain_verify = self.openssl_verify_all(without_module())

    def path(self, chain, kind):
        return self.work / f"{chain.name}.{kind}.pem"

    def verify_all(self, environment):
        """{name: Result} of the host; its error stream must be empty."""
        done = subprocess.run([BUILD / "bin/chain_host"], input=self.host_input, text=True,
                              capture_output=True, check=False, env=environment, timeout=60)
        if done.returncode != 0 or done.stderr:
            fail(f"chain_host: exit {done.returncode}: {done.stderr}")
        rows = [line.split() for line in done.stdout.splitlines()]
        return {row[0]: Result(*map(int, row[1:])) for row in rows}

    def openssl_verify(self, chain, environment):
        options = [option for flag, option in OPTIONS.items() if chain.flags & flag]
        if chain.at:
            options += ["-attime", str(chain.at)]
        done = subprocess.run(["openssl", "verify", *options, "-CAfile", self.path(chain, "trusted"),
                               "-untrusted", self.path(chain, "chain"), self.path(chain, "chain")],
                              capture_output=True, text=True, check=False, env=environment, timeout=60)
        # Entries of the error queue begin with the thread's number.
        return done.returncode, re.sub(r"(?m)^[0-9A-F]+:error", "error", done.stdout + done.stderr)

    def openssl_verify_all(self, environment):
        answers = at_once(lambda chain: self.openssl_verify(chain, environment), self.chains)
        return dict(zip((chain.name for chain in self.chains), answers))

    def serve(self, chain):
        """Starts s_server with the chain; returns the process and its port."""
        command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-key", self.pki.key.path, "-cert",
                   self.path(chain, "chain"), "-cert_chain", self.path(chain, "chain"), "-naccept", "3"]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.STDOUT, env=without_module())
        for line in server.stdout:
            if match := re.match(r"ACCEPT .*:(\d+)", line):
                return server, match.group(1)
        return fail(f"s_server does not serve {chain.name}")

    def s_client(self, chain, port, environment):
        """The line in which s_client tells the result of the verification."""
        done = subprocess.run(["openssl", "s_client", "-CAfile", self.path(chain, "trusted"), "-connect",
                               f"127.0.0.1:{port}"], input="", capture_output=True, text=True,
                              check=False, env=environment, timeout=60)
        return re.search(r"Verify return code: .*", done.stdout + done.stderr).group()


def spki_hash(spki):
    return subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=spki, capture_output=True,
                          check=True).stdout


def at_once(function, values):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(function, values))


def without_module():
    kept = {key: value for key, value in os.environ.items() if key != "CRLITE_MODE"}
    return {**kept, "OPENSSL_CONF": "/dev/null"}


class Data:
    """A state directory with data in one state, and what the policy says about that state."""

    def __init__(self, corpus, state, action):
        self.state, self.action = state, action
        self.path = corpus.work / f"state-{state}-{action}"
        config = corpus.work / "config.yaml"
        config.write_text("policy: {stale-after: 1d" + (f", {state}: {action}" if action else "") + "}\n")
        arguments = ["--config", config, "--state", self.path]
        if state == "never-provisioned":
            arguments.insert(0, "publish")
        else:
            age = 30 * DAY if state == "stale" else 0
            arguments += ["--source", f"dir:{self.offer(corpus, age)}"]
        done = run("crlite-sync", *arguments)
        if done.returncode != 0:
            fail(f"crlite-sync: {done.stderr.decode()}")
        if state == "damaged":
            (self.path / "snapshot").write_bytes(b"damaged")
        # A filter refuses what it knows to be revoked at whatever age.
        self.has_filters = state in ("fresh", "stale")

    @staticmethod
    def offer(corpus, age):
        folder = corpus.work / f"offer-{age}"
        if not folder.exists():
            folder.mkdir()
            content = clubcard_v4(corpus.revoked_issuer, 1, LOG)
            digest = subprocess.run(["sha256sum"], input=content, capture_output=True, check=True).stdout
            (folder / "20261001-0-default.filter").write_bytes(content)
            (folder / "manifest.json").write_text(json.dumps(
                {"generated_at": int(time.time()) - age, "comment": "", "files": [
                    {"filename": "20261001-0-default.filter", "size": len(content),
                     "hash": digest.split()[0].decode()}]}))
        return folder

    def environment(self, corpus, mode):
        """Of a program with the module in this mode."""
        file = corpus.work / f"{self.path.name}-{mode}.cnf"
        file.write_text(subprocess.run(
            ["bash", "-c", 'source "$0"; openssl_cnf "$@"', HERE.parents[1] / "examples/lib/openssl_cnf.sh",
             BUILD / "lib/crlite.so", self.path / "snapshot", f"mode = {mode}", "journal = no"],
            capture_output=True, text=True, check=True).stdout)
        return {**without_module(), "OPENSSL_CONF": str(file)}

    def error(self, chain, plain, mode):
        """What the chain is refused with: the error of the plain result, or ours."""
        is_verified = plain.ok == 1 or plain.error in CHECKED_AFTER_US
        asks = is_verified and plain.length > 1 and chain.has_sct
        if not asks or mode != "enforce":
            return plain.error
        if self.has_filters and chain.name == "control":
            return REVOKED
        return NO_DATA if self.action == "deny" else plain.error


def all_data(corpus):
    yield Data(corpus, "fresh", None)
    for state, action in itertools.product(("never-provisioned", "stale", "damaged"),
                                           ("allow", "report", "deny")):
        yield Data(corpus, state, action)


def check_host(corpus, data, plain):
    """Every chain under every mode; returns how many were refused."""
    refused = 0
    for mode in ("enforce", "shadow", "off"):
        results = corpus.verify_all(data.environment(corpus, mode))
        for chain in corpus.chains:
            before, after = plain[chain.name], results[chain.name]
            error = data.error(chain, before, mode)
            wanted = before if error == before.error else Result(0, error, 0, before.length)
            if after != wanted:
                fail(f"{chain.name}: {after}, not {wanted}; {data.state} data, {data.action}, {mode}")
            refused += after != before
    return refused


def check_openssl(corpus, data, plain):
    """Every chain through `openssl verify`, some through TLS."""
    environment = data.environment(corpus, "enforce")
    answers = corpus.openssl_verify_all(environment)
    for chain in corpus.chains:
        before, after = corpus.plain_verify[chain.name], answers[chain.name]
        error = data.error(chain, plain[chain.name], "enforce")
        is_ours = error != plain[chain.name].error
        if is_ours and (after[0] == 0 or f"error {error} at 0 depth" not in after[1]):
            fail(f"openssl verify {chain.name}: {after}, wanted error {error}")
        if before[0] != 0 and chain.has_sct and data.action == "deny":
            # This program goes on after some errors, and then is told ours too.
            after = after[0], re.sub(rf"(?m)^.*\nerror {NO_DATA} at 0 depth .*\n", "", after[1])
        if not is_ours and after != before:
            fail(f"openssl verify {chain.name}: {after}, not {before}")
    by_name = {chain.name: chain for chain in corpus.chains}
    for label in SERVED:
        chain = by_name[label]
        server, port = corpus.serve(chain)
        wanted = corpus.s_client(chain, port, without_module())
        error = data.error(chain, plain[label], "enforce")
        got = corpus.s_client(chain, port, environment)
        server.kill()
        server.communicate()
        if error != plain[label].error:
            wanted = f"Verify return code: {error} "
        if not got.startswith(wanted):
            fail(f"s_client {label}: {got}, wanted {wanted}")


def check_tool(corpus, data):
    """`crlite check` calls none revoked, and answers every chain that it can decode."""
    def check(chain):
        text = "".join(corpus.path(chain, kind).read_text() for kind in ("chain", "trusted"))
        return crlite("check", "--snapshot", data.path / "snapshot", stdin=text).returncode

    statuses = at_once(check, corpus.chains)
    for chain, status in zip(corpus.chains, statuses):
        if status not in ((2,) if chain.name == "control" else (0, 3, 65)):
            fail(f"crlite check {chain.name}: exit {status}")
    return dict(collections.Counter(statuses))


def main():
    with tempfile.TemporaryDirectory(prefix="crlite-odd.") as folder:
        corpus = Corpus(pathlib.Path(folder))
        plain = corpus.verify_all(without_module())
        accepted = [chain for chain in corpus.chains if plain[chain.name].ok == 1]
        if len(corpus.chains) < 200 or len(accepted) < 120 or len(plain) != len(corpus.chains):
            fail(f"only {len(accepted)} of {len(corpus.chains)} chains are accepted at all")
        print(f"{len(corpus.chains)} chains, of which OpenSSL accepts {len(accepted)}")
        for data in all_data(corpus):
            refused = check_host(corpus, data, plain)
            print(f"{data.state} data, {data.action or 'any policy'}: {refused} refused of 3 x "
                  f"{len(accepted)}")
            if data.state == "fresh":
                check_openssl(corpus, data, plain)
                print(f"openssl verify, s_client: the same; crlite check: {check_tool(corpus, data)}")
            elif (data.state, data.action) == ("damaged", "deny"):
                check_openssl(corpus, data, plain)
                print("openssl verify, s_client: the same")


main()
