"""Certificates as private PKIs have them, and as nobody should: each chain with what is known of it."""
import dataclasses
import time

from der import (CA_USAGE, LEAF_USAGE, NULL, SCT_OID, SIGNATURES, Key, algorithm, basic_constraints,
                 bits, extension, generalized, integer, name, octets, oid, openssl, sct,
                 sct_extension, sct_list, sequence, tlv, utc)

PARTIAL_CHAIN, IGNORE_CRITICAL, ALLOW_PROXY = 0x80000, 0x10, 0x40
POLICY_CHECK, NO_CHECK_TIME, STRICT = 0x80, 0x200000, 0x20
DAY = 86400


@dataclasses.dataclass
class Chain:
    name: str
    certificates: list  # DER, leaf first
    trusted: list
    flags: int
    at: int             # verification time; 0: now
    has_sct: bool       # one that can be read, in a leaf whose other fields can be read


def utc_in(seconds):
    return utc(time.strftime("%y%m%d%H%M%SZ", time.gmtime(time.time() + seconds)))


@dataclasses.dataclass
class Authority:
    name: bytes
    key: Key
    certificate: bytes = b""


class Pki:
    """Makes the keys once, and then certificates."""

    def __init__(self, folder):
        self.folder = folder
        self.chains = []
        self.serial = 1000
        self.key = self.ec_key("leaf", "P-256")
        self.root = self.authority("root", self.ec_key("root", "P-256"))

    def ec_key(self, label, curve, *options):
        return Key(self.folder, label, "ec", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", *options)

    def certificate(self, signer, subject, key, extensions=(), serial=None, version=2,
                    validity=None, unique_ids=b""):
        """DER; `serial` is a number or an encoded INTEGER, `validity` two encoded times."""
        self.serial += 1
        signature = SIGNATURES[signer.key.kind][0]
        tbs = sequence(
            tlv(0xa0, integer(version)) if version else b"",
            serial if isinstance(serial, bytes) else integer(self.serial if serial is None else serial),
            signature, signer.name, sequence(*(validity or (utc_in(-DAY), utc_in(365 * DAY)))),
            subject, key.spki, unique_ids,
            tlv(0xa3, sequence(*extensions)) if extensions else b"")
        return sequence(tbs, signature, bits(signer.key.sign(self.folder, tbs)))

    def authority(self, label, key, parent=None, extensions=(), subject=None, **options):
        new = Authority(name(label) if subject is None else subject, key)
        new.certificate = self.certificate(parent or new, new.name, key,
                                           [basic_constraints(True), CA_USAGE, *extensions], **options)
        return new

    def add(self, label, certificates, trusted=None, flags=0, at=0, has_sct=False):
        trusted = [self.root.certificate] if trusted is None else trusted
        self.chains.append(Chain(label, certificates, trusted, flags, at, has_sct))

    def add_leaf(self, label, signer=None, above=(), extensions=(), subject=None, key=None, trusted=None,
                 flags=0, at=0, readable=True, **options):
        """The leaf twice: as a private CA issues it, and with an SCT."""
        signer = signer or self.root
        plain = [basic_constraints(False), LEAF_USAGE, *extensions]
        for suffix, leaf_extensions in (("", plain), ("+sct", [*plain, sct_extension()])):
            leaf = self.certificate(signer, subject or name("leaf"), key or self.key, leaf_extensions,
                                    **options)
            own_trusted = [leaf] if trusted == "itself" else trusted
            self.add(label + suffix, [leaf, *above], own_trusted, flags, at,
                     bool(suffix) and readable)


def add_shapes(pki):
    """Chains of odd lengths and ends."""
    root = pki.root
    middle = pki.authority("middle", pki.ec_key("middle", "P-256"), root)
    pki.add_leaf("plain")
    pki.add_leaf("intermediate", middle, [middle.certificate])
    pki.add_leaf("intermediate-missing", middle)
    pki.add_leaf("pinned-intermediate", middle, [], trusted=[middle.certificate], flags=PARTIAL_CHAIN)
    pki.add_leaf("pinned-leaf", middle, [middle.certificate], trusted="itself", flags=PARTIAL_CHAIN)
    pki.add_leaf("pinned-leaf-alone", trusted="itself", flags=PARTIAL_CHAIN)
    pki.add_leaf("nobody-trusted", trusted=[middle.certificate])
    own = Authority(name("own"), pki.key)
    pki.add_leaf("self-signed", own, subject=own.name, trusted="itself")
    pki.add_leaf("self-signed-untrusted", own, subject=own.name)
    pki.add("self-signed-ca", [root.certificate])
    pki.add_leaf("names-of-its-issuer", subject=root.name)
    pki.add_leaf("ca-as-leaf", extensions=[CA_USAGE])
    pki.add("authority-as-leaf", [middle.certificate])
    forged = bytearray(pki.certificate(root, name("forged"), pki.key, [sct_extension()]))
    forged[-1] ^= 1
    pki.add("forged", [bytes(forged)], has_sct=True)
    other = pki.authority("other root", pki.ec_key("other", "P-256"))
    crossed = pki.authority("middle", middle.key, other)
    both = [middle.certificate, crossed.certificate]
    for label, trusted in (("first", root), ("second", other)):
        pki.add_leaf(f"cross-signed-{label}", middle, both, trusted=[trusted.certificate])
    pki.add_leaf("cross-signed-both", middle, both, trusted=[root.certificate, other.certificate])
    signer, above = root, []
    for depth in range(105):
        signer = pki.authority(f"step {depth}", pki.key, signer)
        above.insert(0, signer.certificate)
        if depth in (40, 104):
            pki.add_leaf(f"chain-of-{depth + 3}", signer, above)
    v1_root = Authority(name("v1 root"), root.key)
    v1_root.certificate = pki.certificate(v1_root, v1_root.name, root.key, version=0)
    pki.add_leaf("v1-root", v1_root, trusted=[v1_root.certificate])
    for version in (0, 1, 4):
        leaf = pki.certificate(root, name("leaf"), pki.key, version=version)
        pki.add(f"version-{version}-without-extensions", [leaf])
        leaf = pki.certificate(root, name("leaf"), pki.key, [sct_extension()], version=version)
        pki.add(f"version-{version}-with-sct", [leaf], has_sct=True)
    user = Authority(name("user"), pki.key)
    user.certificate = pki.certificate(root, user.name, pki.key, [basic_constraints(False), LEAF_USAGE])
    proxy = extension("1.3.6.1.5.5.7.1.14", sequence(sequence(oid("1.3.6.1.5.5.7.21.1"))), critical=True)
    for suffix, more in (("", []), ("+sct", [sct_extension()])):
        leaf = pki.certificate(user, name("user", "proxy"), pki.key, [proxy, LEAF_USAGE, *more])
        for label, flags in (("proxy", ALLOW_PROXY), ("proxy-not-allowed", 0)):
            pki.add(label + suffix, [leaf, user.certificate], flags=flags, has_sct=bool(suffix))


def add_fields(pki):
    """Odd serials, names and times."""
    root = pki.root
    for label, serial in (("zero", 0), ("minus-one", -1), ("minus-128", -128), ("minus-129", -129),
                          ("lowest-of-20-bytes", -(1 << 159)), ("20-bytes", (1 << 159) - 1),
                          ("top-bit", 1 << 159), ("200-bytes", 5 << 1590), ("255-bytes", 5 << 2032)):
        pki.add_leaf(f"serial-{label}", serial=serial)
    pki.add_leaf("serial-256-bytes", serial=5 << 2040, readable=False)
    pki.add_leaf("serial-10000-bytes", serial=5 << 80000, readable=False)
    pki.add_leaf("subject-empty", subject=sequence())
    pki.add_leaf("subject-huge", subject=name("x" * 60_000))
    pki.add_leaf("subject-with-zero", subject=name("bank.test\0.evil.test"))
    nameless = pki.authority("", root.key, subject=sequence())
    pki.add_leaf("issuer-empty", nameless, trusted=[nameless.certificate])
    pki.add_leaf("issuer-and-subject-empty", nameless, subject=sequence(), trusted=[nameless.certificate])
    pki.add_leaf("unique-ids", unique_ids=tlv(0x81, b"\0id") + tlv(0x82, b"\0id"))

    day, year = utc_in(-DAY), utc_in(365 * DAY)
    past = (utc("200101000000Z"), utc("210101000000Z"))
    pki.add_leaf("expired", validity=past)
    pki.add_leaf("expired-but-not-then", validity=past, at=1_590_000_000, trusted=[
        pki.authority("root", root.key, validity=(utc("190101000000Z"), year)).certificate])
    pki.add_leaf("expired-accepted", validity=past, flags=NO_CHECK_TIME, readable=False)
    pki.add_leaf("not-yet-valid", validity=(year, utc_in(400 * DAY)))
    pki.add_leaf("backwards", validity=(year, day), flags=NO_CHECK_TIME, readable=False)
    pki.add_leaf("year-9999", validity=(day, generalized("99991231235959Z")))
    pki.add_leaf("year-1950", validity=(utc("500101000000Z"), year))
    pki.add_leaf("year-0001", validity=(generalized("00010101000000Z"), year))
    pki.add_leaf("generalized-before-2050", validity=(generalized("20200101000000Z"), year))
    odd_times = {"without-seconds": utc("2001010000Z"), "with-offset": utc("200101000000+0100"),
                 "with-fraction": generalized("20200101000000.5Z"), "31-february": utc("200231000000Z"),
                 "of-letters": utc("not a time!Z"), "empty": utc("")}
    for label, odd in odd_times.items():
        pki.add_leaf(f"time-{label}", validity=(odd, year), readable=False)
        pki.add_leaf(f"time-{label}-ignored", validity=(odd, year), flags=NO_CHECK_TIME, readable=False)


def add_keys(pki):
    """Odd keys, in leaves and in issuers."""
    openssl("genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-out",
            f"{pki.folder}/dsa.parameters")
    keys = [
        Key(pki.folder, "rsa-8192", "rsa", "RSA", "-pkeyopt", "rsa_keygen_bits:8192", "-pkeyopt",
            "rsa_keygen_primes:5"),  # of many primes, as they are found sooner
        Key(pki.folder, "rsa-pss", "pss", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"),
        Key(pki.folder, "dsa", "dsa", parameters=f"{pki.folder}/dsa.parameters"),
        Key(pki.folder, "ed25519", "ed25519", "ED25519"),
        Key(pki.folder, "ed448", "ed448", "ED448"),
        pki.ec_key("brainpool", "brainpoolP256r1"),
        pki.ec_key("secp521r1", "secp521r1"),
        pki.ec_key("secp256k1", "secp256k1"),
        pki.ec_key("explicit-parameters", "P-256", "-pkeyopt", "ec_param_enc:explicit"),
    ]
    for key in keys:
        label = key.path.stem
        issuer = pki.authority(label, key)
        pki.add_leaf(f"key-{label}", key=key)
        pki.add_leaf(f"issuer-key-{label}", issuer, trusted=[issuer.certificate])


def add_extensions(pki):
    """Odd extensions other than the SCTs'."""
    root = pki.root
    names = [tlv(0x82, f"host{number}.internal.test".encode()) for number in range(1000)]
    some_name = extension("2.5.29.17", sequence(names[0]))
    pki.add_leaf("1000-names", extensions=[extension("2.5.29.17", sequence(*names))])
    pki.add_leaf("1-megabyte", extensions=[extension("1.2.3.4.5", octets(bytes(1_000_000)))])
    pki.add_leaf("two-names-extensions", extensions=[some_name, some_name])
    pki.add_leaf("two-key-usages", extensions=[LEAF_USAGE])
    strict = pki.authority("strict", root.key, extensions=[extension("2.5.29.14", octets(b"id"))])
    pki.add_leaf("strict", strict, trusted=[strict.certificate], flags=STRICT, extensions=[
        extension("2.5.29.35", sequence(tlv(0x80, b"id"))), some_name])
    unknown = extension("1.2.3.4.5", NULL, critical=True)
    pki.add_leaf("unknown-critical", extensions=[unknown])
    pki.add_leaf("unknown-critical-ignored", extensions=[unknown], flags=IGNORE_CRITICAL)
    pki.add_leaf("extension-of-garbage", extensions=[extension("2.5.29.37", b"\xff\xff\xff")])
    pki.add_leaf("poison", extensions=[extension("1.3.6.1.4.1.11129.2.4.3", NULL, critical=True)])
    pki.add_leaf("poison-ignored", flags=IGNORE_CRITICAL, extensions=[
        extension("1.3.6.1.4.1.11129.2.4.3", NULL, critical=True)])
    permitted = sequence(tlv(0xa0, sequence(tlv(0x82, b"internal.test"))))
    constrained = pki.authority("constrained", pki.ec_key("constrained", "P-256"), root,
                                [extension("2.5.29.30", permitted, critical=True)])
    for label, host in (("kept", b"a.internal.test"), ("broken", b"a.example.test")):
        pki.add_leaf(f"name-constraint-{label}", constrained, [constrained.certificate],
                     [extension("2.5.29.17", sequence(tlv(0x82, host)))])
    policies = [extension("2.5.29.32", sequence(sequence(oid("1.2.3.1")))),
                extension("2.5.29.33", sequence(sequence(oid("1.2.3.1"), oid("1.2.3.2"))))]
    mapping = pki.authority("mapping", pki.ec_key("mapping", "P-256"), root, policies)
    for flags, label in ((0, "unchecked"), (POLICY_CHECK, "checked")):
        pki.add_leaf(f"policy-mapping-{label}", mapping, [mapping.certificate],
                     [extension("2.5.29.32", sequence(sequence(oid("1.2.3.2"))))], flags=flags)


def add_scts(pki):
    """SCTs that can be read, and many that cannot."""
    good = sct_list(sct())
    values = {  # of the extension, and whether an SCT can be read from it
        "nothing": (b"", False),
        "empty-string": (octets(b""), False),
        "empty-list": (octets(sct_list()), False),
        "one-byte": (octets(b"\0"), False),
        "list-truncated": (octets(good[:-5]), False),
        "list-with-trailing-bytes": (octets(good + b"\0\0"), False),
        "string-with-trailing-bytes": (octets(good) + b"\5\0", False),
        "list-length-too-large": (octets(b"\xff\xff" + good[2:]), False),
        "list-length-zero": (octets(b"\0\0" + good[2:]), False),
        "item-length-too-large": (octets(b"\0\2\xff\xff"), False),
        "item-length-zero": (octets(sct_list(b"")), False),
        "sct-truncated": (octets(sct_list(sct()[:-3])), False),
        "sct-with-trailing-bytes": (octets(sct_list(sct() + b"\0")), False),
        "sct-v2": (octets(sct_list(sct(version=1))), False),
        "sct-extensions-malformed": (octets(sct_list(sct(extensions=b"\0\0\5\1"))), False),
        "not-in-a-string": (good, False),
        "utf8-string": (tlv(0x0c, good), False),
        "bit-string": (tlv(0x03, b"\0", good), False),
        "constructed-string": (tlv(0x24, octets(good)), False),
        "nested-strings": (octets(octets(octets(good))), False),
        "indefinite-length": (b"\x24\x80" + octets(good) + b"\0\0", False),
        "length-not-minimal": (b"\x04\x82\0" + bytes([len(good)]) + good, False),
        "length-beyond-the-end": (b"\x04\x84\xff\xff\xff\xff" + good, False),
        "64-kilobytes-of-garbage": (octets(b"\xff\xfd" + bytes(0xfffd)), False),
        "v2-then-v1": (octets(sct_list(sct(version=1), sct())), True),
        "v1-then-garbage": (octets(sct_list(sct(), b"garbage")), True),
        "1000-of-them": (octets(sct_list(*[sct()] * 1000)), True),
        "last-millisecond": (octets(sct_list(sct(time_ms=(1 << 64) - 1))), True),
        "with-leaf-index": (octets(sct_list(sct(extensions=b"\0\0\5\0\0\0\0\1"))), True),
        "of-a-log-of-zeros": (octets(sct_list(sct(log=bytes(32)))), True),
    }
    for label, (value, readable) in values.items():
        leaf = pki.certificate(pki.root, name("leaf"), pki.key, [extension(SCT_OID, value)])
        pki.add(f"scts-{label}", [leaf], has_sct=readable)
    bad = extension(SCT_OID, octets(b"bad"))
    for label, both, readable in (("good-and-bad", [sct_extension(), bad], True),
                                  ("bad-and-good", [bad, sct_extension()], False),
                                  ("twice", [sct_extension(), sct_extension()], True)):
        leaf = pki.certificate(pki.root, name("leaf"), pki.key, both)
        pki.add(f"two-sct-extensions-{label}", [leaf], has_sct=readable)
    leaf = pki.certificate(pki.root, name("leaf"), pki.key, [sct_extension(critical=True)])
    pki.add("scts-critical", [leaf], has_sct=True)
    pki.add("scts-critical-ignored", [leaf], flags=IGNORE_CRITICAL, has_sct=True)


def odd_chains(folder):
    pki = Pki(folder)
    for add in (add_shapes, add_fields, add_keys, add_extensions, add_scts):
        add(pki)
    return pki
