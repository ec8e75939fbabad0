"""A small world for tests of `crlite`: a CA, leaves with embedded SCTs, filters that know them."""

import hashlib
import pathlib
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from crlite_tool import BUILD, crlite, filter_options, run  # noqa: E402,F401

LOG = hashlib.sha256(b"a log").digest()
OTHER_LOG = hashlib.sha256(b"another log").digest()
SCT_TIME = 1_700_000_000_000
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
SECOND_KEY = pathlib.Path(__file__).resolve().parents[1] / "support/second_key.py"
SCT_OID = "1.3.6.1.4.1.11129.2.4.2"


def clubcard_v4(issuer, inverted, log=LOG):
    """A clubcard with one block of no positions: none of its serials is revoked, or all are."""
    coverage = struct.pack(">H32sQQ", 1, log, 0, 2 * SCT_TIME)
    block = struct.pack(">32sIBIIIBH", issuer, 0, 0, 0, 0, 0, inverted, 0)
    return b"\x04\x00" + coverage + struct.pack(">I", 1) + block + struct.pack(">BI", 0, 0)


def contradict(snapshot):
    """The bytes of a snapshot whose hashes are right and whose bucket bounds point behind its
    issuers (docs/snapshot-format.md)."""
    content = bytearray(snapshot)
    table_end = 128 + 24 * struct.unpack_from("<I", content, 12)[0]
    for entry in range(128, table_end, 24):
        section, _, offset, length = struct.unpack_from("<IIQQ", content, entry)
        if section == 5:
            content[offset:offset + length] = b"\xff" * length
    content[64:96] = hashlib.sha256(content[table_end:]).digest()
    content[96:128] = hashlib.sha256(content[:96] + content[128:table_end]).digest()
    return bytes(content)


def sct(log=LOG, time_ms=SCT_TIME):
    body = struct.pack(">B32sQHBBH", 0, log, time_ms, 0, 4, 3, 8) + bytes(8)
    return struct.pack(">H", len(body)) + body


def sct_extension(scts):
    content = b"".join(scts)
    tls = struct.pack(">H", len(content)) + content
    length = bytes([len(tls)]) if len(tls) < 128 else bytes([0x81, len(tls)])
    return b"\x04" + length + tls


class World:
    """Everything lies in one temporary folder, `path`, until close()."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.ca = self.make_ca("ca", "/CN=Test CA")
        self.issuer = self.spki_hash(self.ca)
        self.leaf = self.issue("leaf", [sct()])
        self.good = self.write("good.filter", clubcard_v4(self.issuer, 0))
        self.revoked = self.write("revoked.filter", clubcard_v4(self.issuer, 1))
        self.elsewhere = self.write("elsewhere.filter", clubcard_v4(bytes(32), 1))
        self.other_log = self.write("other-log.filter", clubcard_v4(self.issuer, 1, OTHER_LOG))

    def close(self):
        self.folder.cleanup()

    def publish(self, name, *filters):
        """A state directory with the snapshot of these filters; its path."""
        offer = self.path / f"{name}.offer"
        offer.mkdir()
        for path in filters:
            (offer / path.name).write_bytes(path.read_bytes())
        state = self.path / name
        result = run("crlite-sync", "--state", state, "--source", f"dir:{offer}")
        if result.returncode != 0:
            raise AssertionError(result.stderr.decode())
        return state

    def write(self, name, content):
        path = self.path / name
        path.write_bytes(content)
        return path

    def openssl(self, *arguments, stdin=b""):
        command = ["openssl", *map(str, arguments)]
        options = {"capture_output": True, "timeout": 60, "cwd": self.path}
        result = subprocess.run(command, input=stdin, **options)
        if result.returncode != 0:
            raise AssertionError(f"{command}: {result.stderr.decode()}")
        return result.stdout

    def make_ca(self, name, subject):
        """The PEM of a new self-signed CA; its key lies in <name>.key."""
        self.openssl("req", "-x509", *NEW_KEY, "-keyout", f"{name}.key", "-subj", subject,
                     "-days", 30, "-out", f"{name}.pem")
        return (self.path / f"{name}.pem").read_bytes()

    def issue(self, name, scts, serial="0x00da4f392bfd8bcea8", more=""):
        """The PEM of a leaf that the CA issued, with these embedded SCTs and `more` extensions."""
        extension = more or "basicConstraints=CA:FALSE"
        if scts:
            extension = f"{more}{SCT_OID}=DER:{sct_extension(scts).hex(':')}"
        self.write("leaf.cnf", extension.encode())
        subject = f"/CN={name}.example"
        request = self.openssl("req", "-new", *NEW_KEY, "-keyout", "leaf.key", "-subj", subject)
        return self.openssl("x509", "-req", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", 10,
                            "-set_serial", serial, "-extfile", "leaf.cnf", stdin=request)

    def forge_issuer(self):
        """The PEM of a certificate of the CA's name with another key, which verifies the leaf's
        signature, too."""
        leaf = self.write("leaf.pem", self.leaf)
        key = subprocess.run([sys.executable, SECOND_KEY, leaf, self.path / "ca.pem"], check=True,
                             capture_output=True).stdout
        self.make_ca("forger", "/CN=Forger")
        return self.openssl("x509", "-new", "-force_pubkey", self.write("second.pub", key), "-subj",
                            "/CN=Test CA", "-days", 30, "-CA", "forger.pem", "-CAkey", "forger.key")

    def spki_hash(self, pem):
        public_key = self.openssl("x509", "-pubkey", "-noout", stdin=pem)
        der = self.openssl("pkey", "-pubin", "-outform", "DER", stdin=public_key)
        return hashlib.sha256(der).digest()
