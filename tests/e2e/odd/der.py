"""DER written by hand, so that it can be as odd as one likes, and keys and signatures by openssl."""
import base64
import pathlib
import subprocess

SCT_OID = "1.3.6.1.4.1.11129.2.4.2"


def tlv(tag, *contents):
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*contents):
    return tlv(0x30, *contents)


def oid(text):
    first, second, *rest = map(int, text.split("."))
    content = bytearray([40 * first + second])
    for number in rest:
        digits = [number & 0x7f]
        while number := number >> 7:
            digits.append(0x80 | number & 0x7f)
        content += bytes(reversed(digits))
    return tlv(0x06, bytes(content))


def integer(number):
    size = (number if number >= 0 else ~number).bit_length() // 8 + 1
    return tlv(0x02, number.to_bytes(size, "big", signed=True))


def octets(content):
    return tlv(0x04, content)


def bits(content):
    return tlv(0x03, b"\0", content)


def name(*common_names):
    return sequence(*(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0c, text.encode())))
                      for text in common_names))


def utc(text):
    return tlv(0x17, text.encode())


def generalized(text):
    return tlv(0x18, text.encode())


def extension(number, value, critical=False):
    return sequence(oid(number), tlv(0x01, b"\xff") if critical else b"", octets(value))


def basic_constraints(is_ca, path_length=None, critical=True):
    content = tlv(0x01, b"\xff") if is_ca else b""
    if path_length is not None:
        content += integer(path_length)
    return extension("2.5.29.19", sequence(content), critical)


def key_usage(value, unused, critical=True):
    return extension("2.5.29.15", tlv(0x03, bytes([unused, value])), critical)


CA_USAGE = key_usage(0x06, 1)
LEAF_USAGE = key_usage(0x80, 7)


def sct(log=b"\x11" * 32, time_ms=1_700_000_000_000, version=0, extensions=b""):
    return (bytes([version]) + log + time_ms.to_bytes(8, "big") +
            len(extensions).to_bytes(2, "big") + extensions + b"\4\3\0\x08" + bytes(8))


def sct_list(*items):
    content = b"".join(len(item).to_bytes(2, "big") + item for item in items)
    return len(content).to_bytes(2, "big") + content


def sct_extension(value=None, critical=False):
    return extension(SCT_OID, octets(sct_list(sct())) if value is None else value, critical)


def pem(der):
    return f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(der).decode()}-----END CERTIFICATE-----\n"


def algorithm(number, *parameters):
    return sequence(oid(number), *parameters)


NULL = tlv(0x05)
SHA256 = algorithm("2.16.840.1.101.3.4.2.1", NULL)
PSS = algorithm("1.2.840.113549.1.1.10", sequence(
    tlv(0xa0, SHA256), tlv(0xa1, algorithm("1.2.840.113549.1.1.8", SHA256)), tlv(0xa2, integer(32))))
# kind: AlgorithmIdentifier of its signatures, arguments that make them.
PLAIN = ["dgst", "-sha256", "-sign"]
RAW = ["pkeyutl", "-sign", "-rawin", "-inkey"]
SIGNATURES = {
    "ec": (algorithm("1.2.840.10045.4.3.2"), PLAIN),
    "rsa": (algorithm("1.2.840.113549.1.1.11", NULL), PLAIN),
    "pss": (PSS, ["dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                  "rsa_pss_saltlen:32", "-sign"]),
    "dsa": (algorithm("2.16.840.1.101.3.4.3.2"), PLAIN),
    "ed25519": (algorithm("1.3.101.112"), RAW),
    "ed448": (algorithm("1.3.101.113"), RAW),
}


def openssl(*arguments, stdin=b""):
    done = subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True,
                          check=False, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments}: {done.stderr.decode()}")
    return done.stdout


class Key:
    """A private key in `path`; `spki` is its SubjectPublicKeyInfo."""

    def __init__(self, folder, label, kind, *options, parameters=None):
        self.kind = kind
        self.path = pathlib.Path(folder) / f"{label}.key"
        source = ["-paramfile", parameters] if parameters else ["-algorithm", options[0]]
        openssl("genpkey", *source, *options[1:], "-out", self.path)
        self.spki = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")

    def sign(self, folder, tbs):
        to_sign = pathlib.Path(folder) / "tbs"
        to_sign.write_bytes(tbs)
        command = SIGNATURES[self.kind][1]
        if command is RAW:
            return openssl(*command, self.path, "-in", to_sign)
        return openssl(*command, self.path, to_sign)
