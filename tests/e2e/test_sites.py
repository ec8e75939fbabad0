#!/usr/bin/env python3
"""The real certificates of 115 CA test sites (vectors webpki-chains), verified at the time when they
were collected.

A filter is built by `crlite build` in which half of them are revoked, among 2,000 further known
serials of each issuer; then one with the halves exchanged. The same answers are required from
`crlite check` (filter and snapshot), from `crlite query` for every known serial, and from
`openssl verify` with the module. Serials with one bit changed are in no list: there `crlite query`
must answer as the reference reader does.
"""
import base64
import datetime
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CRLITE_BUILD", ROOT / "build/release"))
SITES = ROOT / "../shared/vectors/webpki-chains/test-sites.json"
SKIPPED = 77
NUM_SITES = 115  # with details, in the vectors
OTHERS_PER_ISSUER = 2000
MMD_S = 86400


class Site:
    def __init__(self, detail):
        self.chain = [base64.b64decode(detail["end_entity_cert"])]
        self.chain += [base64.b64decode(der) for der in detail["intermediates"]]
        self.serial = base64.b64decode(detail["serial"])
        self.issuer = base64.b64decode(detail["issuer_spki_sha256"])
        self.scts = [(base64.b64decode(sct["log_id"]), sct["timestamp"]) for sct in detail["scts"]]
        self.key = (self.issuer, self.serial)

    def query(self, serial):
        scts = ",".join(f"{log.hex()}:{time}" for log, time in self.scts)
        return f"{self.issuer.hex()}\t{serial.hex()}\t{scts or '-'}"


def pem(der):
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"


def run(*command, wanted=(0,), **options):
    """Returns (exit status, stdout and stderr)."""
    done = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode not in wanted:
        sys.exit(f"FAILED: {command}: exit {done.returncode}: {done.stdout}")
    return done.returncode, done.stdout


def write_feed(work, sites, revoked_keys, time_s):
    """Writes known/, revoked/ and ct-logs.json; returns {(issuer, serial): revoked}."""
    universe = {site.key: site.key in revoked_keys for site in sites}
    numbers = random.Random(20260708)  # the same files at each run
    for issuer in sorted({site.issuer for site in sites}):
        for number in range(OTHERS_PER_ISSUER):
            serial = bytes([1 + numbers.randrange(127)]) + numbers.randbytes(15)
            universe[issuer, serial] = number % 20 == 0
    for folder in ("known", "revoked"):
        (work / folder).mkdir(parents=True)
    for (issuer, serial), revoked in universe.items():
        name = base64.urlsafe_b64encode(issuer).decode()
        known = work / "known" / name
        if not known.exists():
            known.write_text(f"@{time_s + 90 * 86400:x}\n")
        with known.open("a") as file:
            file.write(serial.hex() + "\n")
        if revoked:
            with (work / "revoked" / name).open("a") as file:
                file.write("00" + serial.hex() + "\n")
    times = {}
    for site in sites:
        for log, time in site.scts:
            times.setdefault(log, []).append(time)
    logs = [{"LogID": base64.b64encode(log).decode(), "MMD": MMD_S, "MinEntry": 0, "MaxEntry": 1,
             "MinTimestamp": min(seen) - 1, "MaxTimestamp": max(seen) + 1 + 1000 * MMD_S}
            for log, seen in times.items()]
    (work / "ct-logs.json").write_text(json.dumps(logs))
    return universe


def publish(work):
    """Builds the filter and a snapshot from it; returns the two files."""
    mirror = work / "mirror"
    mirror.mkdir()
    filter_file = mirror / "20260708-0-default.filter"
    run(BUILD / "bin/crlite", "build", "--known", work / "known", "--revoked", work / "revoked",
        "--ct-logs", work / "ct-logs.json", "-o", filter_file)
    digest = run("sha256sum", filter_file)[1].split()[0]
    (mirror / "manifest.json").write_text(json.dumps(
        {"generated_at": 1783507655, "comment": "", "files": [
            {"filename": filter_file.name, "size": filter_file.stat().st_size, "hash": digest}]}))
    run(BUILD / "bin/crlite-sync", "--state", work / "state", "--source", f"dir:{mirror}")
    return filter_file, work / "state/snapshot"


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"FAILED: {what}: {got}, not {wanted}")


def check_known(filter_file, sites, universe):
    """Every known serial through `crlite query`, covered by the SCTs of a site of its issuer."""
    witness = {site.issuer: site for site in sites}
    lines = [witness[issuer].query(serial) for issuer, serial in universe]
    answers = run(BUILD / "bin/crlite", "query", "--filter", filter_file,
                  input="\n".join(lines) + "\n")[1].split()
    wanted = ["Revoked" if revoked else "NotRevoked" for revoked in universe.values()]
    expect("number of answers", len(answers), len(wanted))
    for line, answer, right in zip(lines, answers, wanted):
        expect(f"query {line}", answer, right)
    print(f"  {len(lines)} known serials")


def check_changed_bits(filter_file, snapshot, sites):
    """Each site's serial with each of its bits changed: the reference's answer, whatever it is."""
    lines = []
    for site in sites:
        value = int.from_bytes(site.serial, "big")
        lines += [site.query((value ^ 1 << bit).to_bytes(len(site.serial), "big"))
                  for bit in range(8 * len(site.serial))]
    text = "\n".join(lines) + "\n"
    wanted = run(BUILD / "bin/crlite-reference-query", filter_file, input=text)[1].split()
    expect("number of answers", len(wanted), len(lines))
    for data in (("--filter", filter_file), ("--snapshot", snapshot)):
        answers = run(BUILD / "bin/crlite", "query", *data, input=text)[1].split()
        expect("number of answers", len(answers), len(wanted))
        for line, answer, right in zip(lines, answers, wanted):
            expect(f"query {data[0]} {line}", answer, right)
    print(f"  {len(lines)} serials with a bit changed, {wanted.count('Revoked')} of them Revoked")


def check_chains(work, filter_file, snapshot, sites, revoked_keys, time_s):
    """Every chain through `crlite check` and `openssl verify` with the module."""
    at = datetime.datetime.fromtimestamp(time_s, datetime.timezone.utc).strftime("%FT%TZ")
    configuration = work / "openssl.cnf"
    configuration.write_text(run(
        "bash", "-c", 'source "$0"; openssl_cnf "$@"', ROOT / "examples/lib/openssl_cnf.sh",
        BUILD / "lib/crlite.so", snapshot)[1])
    leaf, intermediates = work / "leaf.pem", work / "intermediates.pem"
    for number, site in enumerate(sites):
        revoked = site.key in revoked_keys
        status, first_line = (2, "Revoked") if revoked else (0, "NotRevoked")
        leaf.write_text(pem(site.chain[0]))
        intermediates.write_text("".join(map(pem, site.chain[1:])))
        for data in (("--filter", filter_file), ("--snapshot", snapshot)):
            got, output = run(BUILD / "bin/crlite", "check", *data, "--at", at, wanted=(0, 2, 3),
                              input=leaf.read_text() + intermediates.read_text())
            expect(f"check {data[0]} of site {number}", (got, output.splitlines()[0]),
                   (status, first_line))
        verify = ("openssl", "verify", "-attime", time_s, "-partial_chain", "-trusted",
                  intermediates, leaf)
        run(*verify, env={**os.environ, "OPENSSL_CONF": "/dev/null"})
        got, output = run(*verify, wanted=(0, 2),
                          env={**os.environ, "OPENSSL_CONF": str(configuration)})
        expect(f"openssl verify of site {number} says revoked", "certificate revoked" in output,
               revoked)
        expect(f"openssl verify of site {number}", got, status)
    print(f"  {len(sites)} chains, {sum(site.key in revoked_keys for site in sites)} of them revoked")


def main():
    if not SITES.exists():
        print(f"skipped: no {SITES}")
        sys.exit(SKIPPED)
    document = json.loads(SITES.read_text())
    time_s = document["timestamp"]
    sites = [Site(entry["detail"]) for entry in document["sites"] if "detail" in entry]
    keys = sorted({site.key for site in sites})
    expect("number of sites", len(keys), NUM_SITES)
    random.Random(1).shuffle(keys)
    half = len(keys) // 2
    for name, revoked_keys in (("one half", set(keys[:half])), ("the other", set(keys[half:]))):
        print(f"{name} revoked:")
        with tempfile.TemporaryDirectory(prefix="crlite-sites.") as directory:
            work = pathlib.Path(directory)
            universe = write_feed(work, sites, revoked_keys, time_s)
            filter_file, snapshot = publish(work)
            check_known(filter_file, sites, universe)
            check_changed_bits(filter_file, snapshot, sites)
            check_chains(work, filter_file, snapshot, sites, revoked_keys, time_s)


main()
