"""What upki's client does with a mirror, from its description alone (docs/formats.md, "Manifest",
and the C2SP specification "upki-revocation"): fetch and verify the filters, make index.bin of them.

    upki_client.py URL DIR

fetches URL, which ends in "/", to DIR and prints how many filters it has there now.
"""

import hashlib
import json
import pathlib
import re
import ssl
import struct
import sys
import urllib.request

NAME = re.compile(r"[A-Za-z0-9._-]{1,32}")


def get(url):
    context = ssl.create_default_context()  # honours SSL_CERT_FILE
    with urllib.request.urlopen(url, timeout=30, context=context) as answer:
        assert answer.status == 200, answer.status
        return answer.read()


def fetch(url, folder):
    """The manifest's filters in its order, after the folder holds them."""
    folder.mkdir(parents=True, exist_ok=True)
    text = get(url + "manifest.json")
    manifest = json.loads(text)
    assert isinstance(manifest["generated_at"], int) and isinstance(manifest["comment"], str)
    names = []
    for file in manifest["files"]:
        name = file["filename"]
        assert NAME.fullmatch(name) and name not in (".", ".."), name
        path = folder / name
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != file["hash"]:
            path.write_bytes(get(url + name))
        content = path.read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["hash"], name
        assert len(content) == file["size"], name
        names.append(name)
    (folder / "index.bin").write_bytes(index(folder, names))
    (folder / "manifest.json").write_bytes(text)
    for path in folder.iterdir():
        if path.suffix in (".filter", ".delta") and path.name not in names:
            path.unlink()
    return names


def coverage(content):
    """The (log, first, last) of a clubcard of version 3 or 4."""
    version, count, at = content[0], struct.unpack_from("<Q", content, 2)[0], 10
    form = "<32sQQ"
    if version == 4:
        count, at, form = struct.unpack_from(">H", content, 2)[0], 4, ">32sQQ"
    else:
        assert version == 3, version
    return [struct.unpack_from(form, content, at + 48 * i) for i in range(count)]


def index(folder, names):
    logs = {}
    for number, name in enumerate(names):
        for log, first, last in coverage((folder / name).read_bytes()):
            logs.setdefault(log, []).append(struct.pack(">HQQ", number, first, last))
    directory, entries = b"", b""
    offset = 14 + 32 * len(names) + 42 * len(logs)
    for log in sorted(logs):
        directory += struct.pack(">32sQH", log, offset + len(entries), len(logs[log]))
        entries += b"".join(logs[log])
    head = struct.pack(">8sHI", b"upkiidx1", len(names), len(logs))
    return head + b"".join(name.encode().ljust(32, b"\0") for name in names) + directory + entries


if __name__ == "__main__":
    print(len(fetch(sys.argv[1], pathlib.Path(sys.argv[2]))))
