"""The other public key under which an ECDSA signature is good.

second_key.py CERTIFICATE ISSUER: CERTIFICATE (PEM) is signed by ISSUER (PEM) with ECDSA on P-256 and
SHA-256. Prints a second public key (PEM) under which that signature verifies: whoever has a
certificate can compute it, so that "this key verifies the certificate" does not say who signed it.
SEC 1, 4.1.6: a signature (r, s) of the hash e belongs to (s R - e G) / r for each point R whose x is r.
"""
import base64
import hashlib
import ssl
import sys

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
SPKI_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = ((3 * a[0] ** 2 - 3) * pow(2 * a[1], -1, P) if a == b
             else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(factor, point):
    product = None
    for bit in bin(factor)[2:]:
        product = add(product, product)
        if bit == "1":
            product = add(product, point)
    return product


def take(data):
    """The first DER element of data: itself, its content, and what follows."""
    size, head = data[1], 2
    if size > 127:
        head += size - 128
        size = int.from_bytes(data[2:head], "big")
    return data[:head + size], data[head:head + size], data[head + size:]


def read(path):
    with open(path, encoding="ascii") as pem:
        return ssl.PEM_cert_to_DER_cert(pem.read().split("-----END")[0] + "-----END CERTIFICATE-----\n")


def main():
    signed, _, rest = take(take(read(sys.argv[1]))[1])
    integers = take(take(take(rest)[2])[1][1:])[1]  # a BIT STRING around a SEQUENCE
    _, r, rest = take(integers)
    r, s = int.from_bytes(r, "big"), int.from_bytes(take(rest)[1], "big")
    e = int.from_bytes(hashlib.sha256(signed).digest(), "big")
    y = pow(r**3 - 3 * r + B, (P + 1) // 4, P)
    issuer = read(sys.argv[2])
    for point in (r, y), (r, P - y):
        key = multiply(pow(r, -1, N), add(multiply(s, point), multiply(N - e % N, G)))
        spki = SPKI_HEAD + b"".join(number.to_bytes(32, "big") for number in key)
        if spki not in issuer:
            print("-----BEGIN PUBLIC KEY-----", base64.encodebytes(spki).decode().strip(),
                  "-----END PUBLIC KEY-----", sep="\n")
            return
    sys.exit("second_key.py: neither key is the issuer's")


main()
