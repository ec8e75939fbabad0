"""Content signatures as Mozilla makes them (docs/formats.md, "Content signature"), with keys of our
own: the openssl command signs, Python's json module makes the canonical form. Shares no code with
the project's tools."""

import base64
import hashlib
import json
import os
import pathlib
import subprocess

SIGNER = "onecrl.content-signature.mozilla.org"

EXTENSIONS = """
[req]
distinguished_name = empty
[empty]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
extendedKeyUsage = critical, codeSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[signer]
keyUsage = critical, digitalSignature
extendedKeyUsage = codeSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:{signer}
"""


def openssl(*arguments, stdin=b""):
    command = ["openssl", *map(str, arguments)]
    environment = dict(os.environ, OPENSSL_CONF="/dev/null")
    done = subprocess.run(command, input=stdin, capture_output=True, env=environment)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.decode()}")
    return done.stdout


class Keys:
    """The certificates and the signer's key in one directory."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.chain = b"".join(
            (self.directory / f"{name}.pem").read_bytes()
            for name in ("signer", "intermediate", "root")
        )
        name = (self.directory / "name").read_text()
        self.chain_name = f"{name}-{hashlib.sha256(self.chain).hexdigest()[:8]}.chain"

    @classmethod
    def make(cls, directory, name="signer", root="ec", signer=SIGNER):
        directory = pathlib.Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "name").write_text(name)
        (directory / "openssl.cnf").write_text(EXTENSIONS.format(signer=signer))
        cls._certificate(directory, "root", f"/O=Test/CN={name} root", root)
        cls._certificate(directory, "intermediate", f"/O=Test/CN={name} intermediate", parent="root")
        return cls.rotate(directory)

    @classmethod
    def rotate(cls, directory):
        directory = pathlib.Path(directory)
        subject = f"/O=Test/CN={SIGNER}"
        cls._certificate(directory, "signer", subject, parent="intermediate")
        return cls(directory)

    @staticmethod
    def _certificate(directory, section, subject, algorithm="ec", parent=None):
        new_key = ["-newkey", "rsa:3072"]
        if algorithm == "ec":
            new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]
        issuer = []
        if parent:
            issuer = ["-CA", directory / f"{parent}.pem", "-CAkey", directory / f"{parent}.key"]
        paths = ["-keyout", directory / f"{section}.key", "-out", directory / f"{section}.pem"]
        openssl("req", "-x509", "-config", directory / "openssl.cnf", "-extensions", section,
                *new_key, "-noenc", "-sha384", "-days", "40", "-subj", subject, *issuer, *paths)

    @property
    def root_sha256(self):
        der = openssl("x509", "-in", self.directory / "root.pem", "-outform", "DER")
        return hashlib.sha256(der).hexdigest()

    def sign(self, message):
        """r and s of 48 bytes each, in base64url."""
        der = openssl("dgst", "-sha384", "-sign", self.directory / "signer.key", stdin=message)
        raw = b"".join(number.to_bytes(48, "big") for number in der_integers(der))
        return base64.urlsafe_b64encode(raw).decode()


def der_integers(der):
    """The two numbers of an ECDSA-Sig-Value; short lengths only, which P-384 gives."""
    assert der[0] == 0x30 and der[1] == len(der) - 2, der
    rest = der[2:]
    while rest:
        assert rest[0] == 0x02
        yield int.from_bytes(rest[2 : 2 + rest[1]], "big")
        rest = rest[2 + rest[1] :]


def canonical(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def signed_message(records, timestamp):
    records = sorted(records, key=lambda record: record["id"])
    document = {"data": records, "last_modified": str(timestamp)}
    return b"Content-Signature:\0" + canonical(document).encode()
