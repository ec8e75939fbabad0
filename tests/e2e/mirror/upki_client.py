"""A client of upki's protocol, as far as a mirror has to do with it: fetching a folder of filters and
making index.bin from them. Written from what is known of the protocol (docs/formats.md, "Manifest",
and rustls/upki), and strict where a real client is: what it accepts, that one does. Shares no code
with the project's tools.

    upki_client.py fetch URL DIR    URL ends in "/"; DIR is <cache-dir>/revocation
    upki_client.py index DIR        makes DIR/index.bin from DIR/manifest.json and the filters beside it
    upki_client.py verify DIR       checks that DIR has all that its manifest.json and index.bin name
    upki_client.py show DIR         checks DIR/index.bin and prints it: log, filter, from, to

Exit status 0, or 1 with "Error: ..." on stderr.
"""

import datetime
import hashlib
import json
import os
import pathlib
import re
import struct
import sys
import tempfile
import urllib.error
import urllib.request

MAGIC = b"upkiidx1"
HEADER = struct.Struct(">8sHI")  # magic, number of names, number of logs
LOG = struct.Struct(">32sQH")  # log id, offset of its entries, their number
ENTRY = struct.Struct(">HQQ")  # number of the filter, first and last millisecond
NAME_SIZE = 32


class UpkiError(Exception):
    pass


def require(condition, message):
    if not condition:
        raise UpkiError(message)


# The manifest.


def is_name(name):
    return re.fullmatch(r"[A-Za-z0-9._-]{1,32}", name) and name not in (".", "..")


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 64


def parse_manifest(text):
    """A dictionary of exactly the fields that upki knows."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise UpkiError(f"manifest.json: {error}") from error
    require(isinstance(document, dict), "manifest.json: not an object")
    require(is_count(document.get("generated_at")), "generated_at: not a number")
    try:
        datetime.datetime.fromtimestamp(document["generated_at"], datetime.timezone.utc)
    except (OverflowError, OSError, ValueError) as error:
        raise UpkiError(f"generated_at: no date: {error}") from error
    require(isinstance(document.get("comment"), str), "comment: not a string")
    files = document.get("files", document.get("filters"))
    require(isinstance(files, list), "files: not a list")
    for file in files:
        require(isinstance(file, dict), "files: not an object")
        require(isinstance(file.get("filename"), str) and is_name(file["filename"]),
                f"filename: {file.get('filename')!r}")
        require(is_count(file.get("size")), f"{file['filename']}: size")
        require(isinstance(file.get("hash"), str) and re.fullmatch("[0-9a-fA-F]{64}", file["hash"]),
                f"{file['filename']}: hash")
    return {
        "generated_at": document["generated_at"],
        "comment": document["comment"],
        "files": [{key: file[key] for key in ("filename", "size", "hash")} for file in files],
    }


def manifest_text(manifest):
    return json.dumps(manifest, separators=(",", ":")).encode()


# Fetching.


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.read()
    except (urllib.error.URLError, OSError) as error:
        raise UpkiError(f"{url}: {error}") from error


def matches(content, file):
    return hashlib.sha256(content).hexdigest() == file["hash"].lower()


def write(path, content):
    """Whole, or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
        temporary.write(content)
        os.fchmod(temporary.fileno(), 0o644)
    os.rename(temporary.name, path)


def read_if_there(path):
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def delete_stale(folder, keep):
    for path in folder.iterdir():
        if path.suffix in (".filter", ".delta") and path.name not in keep:
            path.unlink()


def fetch(url, folder):
    require(url.endswith("/"), f"{url}: does not end in /")
    manifest = parse_manifest(get(url + "manifest.json"))
    folder.mkdir(parents=True, exist_ok=True)
    old_text = read_if_there(folder / "manifest.json")
    old_files = parse_manifest(old_text)["files"] if old_text else []
    for file in manifest["files"]:
        path = folder / file["filename"]
        content = read_if_there(path)
        if content is not None and matches(content, file):
            continue
        content = get(url + file["filename"])
        require(matches(content, file), f"{file['filename']}: wrong hash")
        write(path, content)
    write(folder / "index.bin", make_index(folder, manifest))
    write(folder / "manifest.json", manifest_text(manifest))
    delete_stale(folder, {file["filename"] for file in manifest["files"] + old_files})


# index.bin.


def coverage(content, name):
    """Triples of log id, first and last millisecond of a clubcard file."""
    require(len(content) >= 2 and content[1] == 0, f"{name}: no clubcard")
    if content[0] == 3:
        count_form, entry_form = struct.Struct("<Q"), struct.Struct("<32sQQ")
    elif content[0] == 4:
        count_form, entry_form = struct.Struct(">H"), struct.Struct(">32sQQ")
    else:
        raise UpkiError(f"{name}: version {content[0]}")
    body = content[2:]
    require(len(body) >= count_form.size, f"{name}: too short")
    (count,) = count_form.unpack_from(body)
    rest = body[count_form.size:]
    require(count <= len(rest) // entry_form.size, f"{name}: coverage beyond its end")
    return [entry_form.unpack_from(rest, i * entry_form.size) for i in range(count)]


def make_index(folder, manifest):
    names = [file["filename"] for file in manifest["files"]]
    logs = {}
    for number, name in enumerate(names):
        for log, low, high in coverage((folder / name).read_bytes(), name):
            logs.setdefault(log, []).append((number, low, high))
    offset = HEADER.size + NAME_SIZE * len(names) + LOG.size * len(logs)
    directory, entries = b"", b""
    for log in sorted(logs):
        directory += LOG.pack(log, offset + len(entries), len(logs[log]))
        entries += b"".join(ENTRY.pack(*entry) for entry in logs[log])
    table = b"".join(name.encode().ljust(NAME_SIZE, b"\0") for name in names)
    return HEADER.pack(MAGIC, len(names), len(logs)) + table + directory + entries


def parse_index(content):
    """Pairs of log id and its entries, with names for numbers. Checks every rule of the format."""
    require(len(content) >= HEADER.size, "index.bin: too short")
    magic, name_count, log_count = HEADER.unpack_from(content)
    require(magic == MAGIC, "index.bin: other format")
    tables_end = HEADER.size + NAME_SIZE * name_count + LOG.size * log_count
    require(tables_end <= len(content), "index.bin: tables beyond its end")
    names = []
    for i in range(name_count):
        field = content[HEADER.size + NAME_SIZE * i:][:NAME_SIZE]
        name = field.rstrip(b"\0").decode("ascii", "replace")
        require(is_name(name), f"index.bin: name {field!r}")
        names.append(name)
    logs, last = [], b""
    for i in range(log_count):
        log, offset, count = LOG.unpack_from(content, HEADER.size + NAME_SIZE * name_count + LOG.size * i)
        require(log > last, "index.bin: logs not ascending")
        require(tables_end <= offset <= len(content), "index.bin: section over the tables")
        require(count <= (len(content) - offset) // ENTRY.size, "index.bin: section beyond its end")
        entries = [ENTRY.unpack_from(content, offset + k * ENTRY.size) for k in range(count)]
        require(all(number < name_count for number, _, _ in entries), "index.bin: no such filter")
        require(entries == sorted(entries, key=lambda entry: entry[0]), "index.bin: other order")
        logs.append((log, [(names[number], low, high) for number, low, high in entries]))
        last = log
    return logs


def verify(folder):
    """What `upki verify` looks at, and that a check by the index finds its filters."""
    for file in parse_manifest((folder / "manifest.json").read_bytes())["files"]:
        content = read_if_there(folder / file["filename"])
        require(content is not None and matches(content, file), f"{file['filename']}: outdated")
    for log, entries in parse_index((folder / "index.bin").read_bytes()):
        for name, low, high in entries:
            require((log, low, high) in coverage((folder / name).read_bytes(), name),
                    f"{name}: covers something else")


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "fetch":
        fetch(arguments[1], pathlib.Path(arguments[2]))
    elif len(arguments) == 2 and arguments[0] == "index":
        folder = pathlib.Path(arguments[1])
        manifest = parse_manifest((folder / "manifest.json").read_bytes())
        write(folder / "index.bin", make_index(folder, manifest))
    elif len(arguments) == 2 and arguments[0] == "verify":
        verify(pathlib.Path(arguments[1]))
    elif len(arguments) == 2 and arguments[0] == "show":
        for log, entries in parse_index((pathlib.Path(arguments[1]) / "index.bin").read_bytes()):
            for name, low, high in entries:
                print(log.hex(), name, low, high)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UpkiError as error:
        sys.exit(f"Error: {error}")
